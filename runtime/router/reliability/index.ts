export { backoffMs, RetryBudget } from "./backoff.ts";
export type { BreakerState, Permit } from "./breaker.ts";
export { Standing, Standings } from "./standing.ts";
