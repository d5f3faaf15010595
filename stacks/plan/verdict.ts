import { type BudgetVerdict, checkBudget, type Registrations } from "../../infra/cost/index.ts";
import type { StackConfig } from "../config/index.ts";

/** What is registered, judged by a stack's own limits: by the function that the policy pack judges with. */
export function verdictOf(
  plan: Registrations,
  { budget }: Pick<StackConfig, "budget">,
  now = new Date(),
): BudgetVerdict {
  return checkBudget({ limits: budget, resources: plan.costResources(), ...plan.manifests(), now });
}
