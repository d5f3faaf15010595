export { type ErrorCode, errorTable, RouterError, SecurityError } from "./errors.ts";
export type { BackendHealth, HealthReport } from "./health.ts";
export { HybridRouter, type HybridRouterOptions, type RouteOptions, type RouteResult } from "./hybrid-router.ts";
export type { BudgetState, LedgerState } from "./money-health.ts";
export type { Order } from "./order.ts";
export type { Answer } from "./pipeline.ts";
export { type StartOptions, startRouter } from "./start.ts";
export { openAiWire } from "./wires/openai/index.ts";
