import type { StackConfig } from "../../stacks/config/index.ts";
import { placesOf } from "../../stacks/config/rule.ts";

/** A stack as it is, and once its Vaults answer: what is set in them then comes too. */
export function phasesOf(config: StackConfig): readonly [before: StackConfig, after: StackConfig] {
  if (config.kind === "local") throw new Error("local has no Vault");
  const names = placesOf(config).map(({ name }) => name);
  const vaultAddresses = Object.fromEntries(names.map((name) => [name, `https://vault.${name}.example.com`]));
  return [config, { ...config, secrets: { ...config.secrets, vaultReady: true, vaultAddresses } }];
}
