import { asText, isExceeded } from "../../infra/cost/index.ts";
import { linkTo, type Policy } from "../pack/policy.ts";
import { limitsOf, verdictOf } from "./verdict.ts";

const name = "within-budget";

const limit = (description: string) => ({ type: "number" as const, description });

/** Refuses what is expected to cost more than the stack may. */
export const withinBudget: Policy = {
  name,
  level: "mandatory",
  reason: "A stack's infrastructure and its routers' spending on models stay within the budget of its configuration.",
  link: linkTo(name),
  fix: "make the plan smaller, or raise the named key in Pulumi.<stack>.yaml",
  config: {
    monthlyInfrastructureUsd: limit("US dollars a month; of the stack's configuration by default"),
    dailyLlmUsd: limit("US dollars a day for models"),
    warnAtPercent: limit("from which share of a limit on a warning is given"),
  },
  check: {
    of: "plan",
    violations(plan) {
      const limits = limitsOf(plan);
      if (typeof limits === "string") return [{ message: limits }];
      const verdict = verdictOf(plan, limits);
      const over = [verdict.infrastructure, verdict.llm].some(isExceeded);
      return over ? [{ message: `the plan is over its budget\n${asText(verdict)}` }] : [];
    },
  },
};
