export type { AccessConfig } from "./access.ts";
export type { AlertConfig, ThrottleConfig } from "./alerts.ts";
export { hashKey, type IssuedKey, issueKey } from "./api-keys.ts";
export type { CacheConfig } from "./cache.ts";
export type { DashboardConfig } from "./dashboard.ts";
export type { IdempotencyConfig } from "./idempotency.ts";
export { keyIdOf, keyRefusals, shownKey } from "./key-form.ts";
export { LedgerConfig } from "./ledger.ts";
export { keyVariables, loadRouterConfig, parseRouterConfig } from "./load.ts";
export { type BudgetConfig, defaultDailyUsd, type ModelPrices, PeriodBudgets, type PriceConfig } from "./money.ts";
export { type BackendName, backendNames, cloudBackends, splitAddress } from "./names.ts";
export { type Checked, ConfigurationError, check, formatPath, nearestName, type Problem } from "./problems.ts";
export { type RateConfig, RateLimits } from "./rates.ts";
export { configHash, renderJson } from "./render.ts";
export {
  type BackendConfig,
  RouterConfig,
  type RouterConfigInput,
} from "./router-config.ts";
export {
  type ArbitrageConfig,
  type ArbitrageTier,
  arbitrageTiers,
  type BreakerConfig,
  type PredictiveConfig,
  type RetryConfig,
} from "./routing.ts";
export { SecretSource } from "./secret-source.ts";
export type { TelemetryConfig } from "./telemetry.ts";
export type { TritonConfig } from "./triton.ts";
