import {
  type BudgetLimits,
  type BudgetVerdict,
  chartLines,
  checkBudget,
  type DeclaredManifest,
  isValues,
  manifestOf,
  type Problem,
  readManifest,
  Unpriceable,
  type Value,
} from "../../infra/cost/index.ts";
import type { Plan } from "../pack/plan.ts";

/** The key of a component's registration, and of the policies' configuration, that holds a stack's limits. */
export const limitsKey = "budget";

/** The limits that hold, or what is wrong with them. */
export function limitsOf(plan: Plan): BudgetLimits | string {
  const { monthlyInfrastructureUsd, dailyLlmUsd, warnAtPercent } = plan.config;
  const found: Value | undefined =
    monthlyInfrastructureUsd === undefined
      ? plan.fact(limitsKey)
      : { monthlyInfrastructureUsd, dailyLlmUsd: dailyLlmUsd ?? 0, warnAtPercent: warnAtPercent ?? 80 };
  if (found === undefined) return "the stack has no budget";
  if (!isValues(found)) return "the stack's budget isn't known before the deployment";
  const monthly: Value | undefined = found.monthlyInfrastructureUsd;
  const daily: Value | undefined = found.dailyLlmUsd;
  const percent: Value = found.warnAtPercent ?? 80;
  return isAmount(monthly) && isAmount(daily) && isAmount(percent)
    ? { monthlyInfrastructureUsd: monthly, dailyLlmUsd: daily, warnAtPercent: percent }
    : "the stack's budget needs monthlyInfrastructureUsd and dailyLlmUsd as numbers of at least 0";
}

const isAmount = (value: Value | undefined): value is number => typeof value === "number" && value >= 0;

/** The plan, judged by limits. */
export function verdictOf(plan: Plan, limits: BudgetLimits): BudgetVerdict {
  const { manifests, problems } = manifestsOf(plan);
  return checkBudget({ limits, resources: plan.costResources(), manifests, problems, now: new Date() });
}

/** What the plan's components declare, charts included. */
function manifestsOf(plan: Plan): { manifests: DeclaredManifest[]; problems: Problem[] } {
  const manifests: DeclaredManifest[] = [];
  const problems: Problem[] = [];
  for (const component of plan.components()) {
    const { type, name, properties } = component;
    const [label, capability] = [`${type} ${name}`, plan.capabilityOf(component)];
    const region = plan.regionOf(component) ?? "unknown";
    const invalid = (why: string) =>
      problems.push({ kind: "manifest-invalid", resource: label, capability, region, why });
    const manifest = readManifest(properties);
    if (manifest && "problem" in manifest) invalid(manifest.problem);
    else if (manifest) manifests.push({ component: label, capability, manifest });
    if (properties.declares === undefined) continue;
    if (!isValues(properties.declares)) {
      invalid("declares: what the chart brings isn't known before the deployment");
      continue;
    }
    try {
      const lines = chartLines(properties.declares, region);
      const releases = plan.resources.filter(({ parent }) => parent === component.urn).map((child) => child.name);
      const charts = releases.map((release, index) => ({ release, lines: index === 0 ? lines : [] }));
      manifests.push({ component: label, capability, manifest: manifestOf({ charts }) });
    } catch (error) {
      if (!(error instanceof Unpriceable)) throw error;
      invalid(error.message);
    }
  }
  return { manifests, problems };
}
