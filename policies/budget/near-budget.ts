import { linkTo, type Policy } from "../pack/policy.ts";
import { limitsOf, verdictOf } from "./verdict.ts";

const name = "near-budget";

/** Tells when a limit is near, when the worst case is over it, and when prices are old. */
export const nearBudget: Policy = {
  name,
  level: "advisory",
  reason: "Nobody should learn from the next change that the budget was nearly used up.",
  link: linkTo(name),
  fix: "plan for a larger budget, or for less",
  check: {
    of: "plan",
    violations(plan) {
      const limits = limitsOf(plan);
      return typeof limits === "string" ? [] : verdictOf(plan, limits).warnings.map((message) => ({ message }));
    },
  },
};
