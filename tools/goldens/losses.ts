import type { Registrations } from "../../infra/cost/index.ts";
import type { PlannedResource } from "../../stacks/plan/index.ts";
import { provider as aws } from "../offline/aws/provider.ts";
import { provider as cloudflare } from "../offline/cloudflare/provider.ts";
import { parseToken, replacedBy } from "../offline/kubernetes/kinds.ts";
import { provider as tls } from "../offline/tls/provider.ts";
import { vaultProvider } from "../offline/vault/provider.ts";
import { type PropertyMap, type Provider, type ReplaceRule, structuralDiff } from "../provider/index.ts";
import { inputsOf } from "./inputs.ts";

/** What a stack had that holds data or keys: inputs by what the engine knows a resource by. */
export type Recorded = Readonly<Record<string, PropertyMap>>;

/** Types that lose something when one is deleted, whether or not it is protected. */
const holdsSomething = [
  /^aws:(?:rds|s3|kms|elasticache|ecr|eks)\//,
  /^aws:ec2\/(?:vpc|subnet|securityGroup):/,
  /^kubernetes:core\/v1:(?:Namespace|PersistentVolumeClaim)$/,
  /^kubernetes:apps\/v1:StatefulSet$/,
  /^kubernetes:postgresql\.cnpg\.io\/v1:Cluster$/,
  /^tls:index\/(?:privateKey|selfSignedCert):/,
  /^vault:index\/mount:/,
  /^cloudflare:index\/workersKvNamespace:/,
];

/** What is to be recorded of a plan, in order. */
export function recordOf(plan: Registrations<PlannedResource>): Recorded {
  const kept = plan.resources.filter(
    ({ type, protect, retained }) => protect || retained || holdsSomething.some((form) => form.test(type)),
  );
  const entries = kept.map((resource) => [nameOf(plan, resource), inputsOf(resource) as PropertyMap] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * What a stack that was deployed when something was recorded would lose by an `up` of this plan: what is no longer there
 * by its name, and what the offline providers would replace, with the path of the change that does so.
 */
export async function lossesOf(recorded: Recorded, plan: Registrations<PlannedResource>): Promise<string[]> {
  const now = new Map(plan.resources.map((resource) => [nameOf(plan, resource), resource]));
  const losses: string[] = [];
  for (const [name, before] of Object.entries(recorded)) {
    const resource = now.get(name);
    if (resource === undefined) {
      losses.push(`${name} would be deleted`);
      continue;
    }
    const replaceOn = await replaceRuleOf(resource.type);
    const { changes } = structuralDiff(before, inputsOf(resource) as PropertyMap, {
      ...(replaceOn === undefined ? {} : { replaceOn }),
    });
    const paths = changes.filter(({ replace }) => replace).map(({ path }) => path);
    if (paths.length > 0) losses.push(`${name} would be replaced: ${paths.join(", ")}`);
  }
  return losses;
}

/** As the engine knows a resource, without project and stack: by the types of all that it is part of, and its name. */
function nameOf(plan: Registrations<PlannedResource>, resource: PlannedResource): string {
  const above = plan.ancestors(resource).filter(({ type }) => type !== "pulumi:pulumi:Stack");
  return `${[...above.map(({ type }) => type).reverse(), resource.type].join("$")}::${resource.name}`;
}

const providers: Readonly<Record<string, Provider>> = { aws, cloudflare, tls, vault: vaultProvider() as Provider };

async function replaceRuleOf(token: string): Promise<ReplaceRule | undefined> {
  const kind = parseToken(token);
  if (kind !== undefined) return replacedBy(kind, { configMaps: false, secrets: false });
  const provider = providers[token.split(":")[0] ?? ""];
  const type = provider?.resources[token] ?? provider?.fallback?.(token);
  return (typeof type === "function" ? await type() : type)?.replaceOn;
}
