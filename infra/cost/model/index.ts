import { cloudflareRules } from "./cloudflare.ts";
import { computeRules } from "./compute.ts";
import { dataRules } from "./data.ts";
import { freeKubernetesRules, kubernetesRules } from "./kubernetes.ts";
import { networkRules } from "./network.ts";
import { free, type Rule, type Rules } from "./rule.ts";

export { includedOnce } from "./cloudflare.ts";
export type { Part, Rule, Rules, Surroundings } from "./rule.ts";

/** Every type that has a price or is known to have none. What isn't here is unpriceable. */
export const rules: Rules = {
  ...computeRules,
  ...networkRules,
  ...dataRules,
  ...cloudflareRules,
  ...kubernetesRules,
  ...freeKubernetesRules,
};

/** Whole packages that rent nothing. */
const freePackages: readonly (readonly [prefix: string, why: string])[] = [
  ["pulumi:pulumi:", "the stack itself"],
  ["pulumi:providers:", "a provider's configuration"],
  ["hybrid-llm:", "a component; its children are priced"],
  ["tls:", "certificates are made, not bought"],
  ["vault:", "configures a Vault that runs on nodes which are priced"],
  ["machine:", "runs on this machine"],
];

/** @returns undefined for a type that nobody has said anything about */
export function ruleOf(type: string): Rule | undefined {
  const rule = Object.hasOwn(rules, type) ? rules[type] : undefined;
  if (rule) return rule;
  const found = freePackages.find(([prefix]) => type.startsWith(prefix));
  return found && free(found[1]);
}
