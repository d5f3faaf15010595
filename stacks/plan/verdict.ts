import { type BudgetVerdict, checkBudget, type Registrations } from "../../infra/cost/index.ts";
import type { StackConfig } from "../config/index.ts";
import { planOf, type StackNames } from "./dry.ts";

/**
 * What a stack would cost by its own limits, for commands: composes it under mocks, which hold for this process from then
 * on. A local stack rents nothing, and isn't composed.
 */
export async function costOf(config: StackConfig, names: StackNames): Promise<BudgetVerdict> {
  if (config.kind !== "local") return verdictOf(await planOf(config, names), config);
  return checkBudget({ limits: config.budget, now: new Date() });
}

/** What is registered, judged by a stack's own limits: by the function that the policy pack judges with. */
export function verdictOf(
  plan: Registrations,
  { budget }: Pick<StackConfig, "budget">,
  now = new Date(),
): BudgetVerdict {
  return checkBudget({ limits: budget, resources: plan.costResources(), ...plan.manifests(), now });
}
