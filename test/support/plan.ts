import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Chart } from "../../infra/charts/index.ts";
import { compose } from "../../stacks/compose.ts";
import { parseStackConfig, type StackConfig } from "../../stacks/config/index.ts";
import { computedOutputs } from "./infra.ts";
import { type Registration, registrationsOf } from "./pulumi-mocks.ts";

/** A stack's configuration as it lies in the repository, with digests where it leaves them to its user: `up` asks for them. */
export function stackOf(stack: string): StackConfig {
  const file = `Pulumi.${stack}.yaml`;
  const yaml = readFileSync(file, "utf8").replaceAll("0".repeat(64), "1".repeat(64));
  const { config } = parse(yaml) as { config: Record<string, unknown> };
  return parseStackConfig(config["hybrid-llm:stack"], file);
}

const plans = new Map<string, Promise<readonly Registration[]>>();

/** Everything that a stack registers; composed once in a test file. */
export async function planOf(config: StackConfig, preview = false): Promise<readonly Registration[]> {
  const key = JSON.stringify([config, preview]);
  const known = plans.get(key) ?? registrationsOf(() => compose(config), { preview, outputs: computedOutputs });
  plans.set(key, known);
  return known;
}

/** A chart as a component of the plan declares it. */
export interface Declared extends Pick<Chart, "name" | "version" | "workloads" | "services" | "apiGroups"> {
  readonly images: Readonly<Record<string, string>>;
}

/** An object of Kubernetes. */
export interface Manifest {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
  readonly spec?: unknown;
  readonly provisioner?: string;
}

/** What one region's cluster gets. */
export interface ClusterPlan {
  readonly region: string;
  readonly charts: readonly Declared[];
  readonly objects: readonly (Registration & { readonly inputs: Manifest })[];
  readonly addons: readonly string[];
  /** What the configuration says that the cluster has. */
  readonly present: readonly string[];
}

/** A plan by its clusters. */
export function clustersOf(plan: readonly Registration[]): ClusterPlan[] {
  const providers = plan.filter(({ type }) => type === "pulumi:providers:kubernetes");
  return providers.map((provider) => {
    const region = provider.name.replace(/-kubernetes$/, "");
    const own = plan.filter(({ inputs }) => inputs.region === region);
    return {
      region,
      charts: own.flatMap(({ type, inputs }) =>
        type === "hybrid-llm:charts:ChartRelease" ? [inputs.declares as Declared] : [],
      ),
      objects: plan.filter((one) => one.provider === provider.name && one.type !== "kubernetes:helm.sh/v3:Release"),
      addons: plan
        .filter(({ type, provider: of }) => type === "aws:eks/addon:Addon" && of === `${region}-aws`)
        .map(({ inputs }) => String(inputs.addonName)),
      present: own.flatMap(({ type, inputs }) =>
        type === "hybrid-llm:platform:Platform" ? (inputs.present as string[]) : [],
      ),
    };
  });
}

/** Every object within a value, itself first. */
export function* within(value: unknown): Generator<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield value as Record<string, unknown>;
  for (const inner of Object.values(value)) yield* within(inner);
}
