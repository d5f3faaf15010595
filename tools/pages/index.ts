import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Registrations } from "../../infra/cost/index.ts";
import type { CloudStack } from "../../stacks/config/index.ts";
import { verdictOf } from "../../stacks/plan/index.ts";
import { projectDirectory } from "../engine/index.ts";
import { type Capability, pageOf } from "./page.ts";
import { componentsIn } from "./sources.ts";

/** The keys of a stack's configuration that change a capability most. */
const keysOf: Readonly<Record<string, readonly string[]>> = {
  chaos: ["chaos"],
  cluster: ["regions[].kubernetesVersion", "regions[].systemNodes", "regions[].access"],
  data: ["data.postgres", "data.pooler", "data.redis", "data.chroma"],
  edge: ["edge"],
  gateway: ["gateway"],
  karpenter: ["regions[].generalNodes", "regions[].gpuPools"],
  keda: ["models.autoscaling"],
  mesh: ["mesh"],
  models: ["models.ollama", "models.triton"],
  network: ["regions[].cidr", "regions[].availabilityZones", "regions[].natGateways", "regions[].flowLogs"],
  "network-policy": ["router.callers", "airgap.modelStoreNetwork"],
  observability: ["observability"],
  platform: ["clusters[].present"],
  router: ["router.versions", "router.rollout", "router.autoscaling", "router.resources", "budget.dailyLlmUsd"],
  sandbox: ["sandbox"],
  secrets: ["secrets"],
};

/**
 * A page for each capability: what its components say of themselves, what they register in a stack, and what that costs.
 *
 * @returns pages by their file's name in `docs/components`
 */
export function pagesOf(plan: Registrations, stack: string, config: CloudStack): Map<string, string> {
  const region = config.regions[0]?.name ?? "";
  const { items } = verdictOf(plan, config).estimate;
  const infra = join(projectDirectory, "infra");
  const folders = readdirSync(infra, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const pages = folders.flatMap(({ name }): [string, string][] => {
    const components = componentsIn(join(infra, name));
    if (components.length === 0) return [];
    const capability: Capability = {
      name,
      keys: keysOf[name] ?? [],
      components,
      makes: madeIn(plan, name, region),
      items: items.filter((item) => item.capability === name),
    };
    return [[`${name}.md`, pageOf(capability, { stack, region })]];
  });
  return new Map(pages.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What each component of a capability registers itself in a region, by component and type. */
function madeIn(plan: Registrations, capability: string, region: string): Map<string, Map<string, number>> {
  const made = new Map<string, Map<string, number>>();
  const ofEdge = (name: string) => capability === "edge" && name.startsWith("edge");
  for (const resource of plan.resources) {
    if (resource.type.startsWith("hybrid-llm:") || resource.type.startsWith("pulumi:")) continue;
    const owner = plan.ancestors(resource).find(({ type }) => type.startsWith("hybrid-llm:"));
    const [, folder, component = ""] = owner?.type.split(":") ?? [];
    if (folder !== capability || !(resource.name.startsWith(`${region}-`) || ofEdge(resource.name))) continue;
    const types = made.get(component) ?? new Map<string, number>();
    types.set(resource.type, (types.get(resource.type) ?? 0) + 1);
    made.set(component, types);
  }
  return made;
}

/** The pages that lie there and that no capability has any more. */
export const surplusIn = (folder: string, pages: ReadonlyMap<string, string>): string[] =>
  existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".md") && !pages.has(file)) : [];
