import { type BudgetLimits, type BudgetVerdict, checkBudget, isValues, type Value } from "../../infra/cost/index.ts";
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

/** By a plan's resources and the limits: six policies ask for two verdicts. */
const verdicts = new WeakMap<Plan["resources"], Map<string, BudgetVerdict>>();

/** The plan, judged by limits. */
export function verdictOf(plan: Plan, limits: BudgetLimits): BudgetVerdict {
  const known = verdicts.get(plan.resources) ?? new Map<string, BudgetVerdict>();
  verdicts.set(plan.resources, known);
  const key = JSON.stringify(limits);
  const verdict = known.get(key) ?? judged(plan, limits);
  known.set(key, verdict);
  return verdict;
}

function judged(plan: Plan, limits: BudgetLimits): BudgetVerdict {
  const { manifests, problems } = plan.manifests();
  return checkBudget({ limits, resources: plan.costResources(), manifests, problems, now: new Date() });
}
