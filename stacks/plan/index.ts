/** What a stack would register and cost, before it is composed for real. */
export { type PlannedResource, planOf, type StackNames } from "./dry.ts";
export { refuseOverBudget } from "./refuse.ts";
export { costOf, verdictOf } from "./verdict.ts";
