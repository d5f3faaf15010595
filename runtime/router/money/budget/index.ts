export { MemoryBudgetStore } from "./memory-store.ts";
export { Calendar, type Period, type PeriodName, type Periods, periodNames } from "./periods.ts";
export { connectAgain, openRedis, type RedisAddress, type RedisClient } from "./redis/connect.ts";
export { type RedisBudgetOptions, RedisBudgetStore } from "./redis-store.ts";
export {
  type Asker,
  inNanos,
  isBudgeted,
  type Level,
  type LimitedScope,
  type Limits,
  LimitTable,
  levels,
  type OwnBudgets,
  type PeriodLimits,
  type Scope,
  scopeOf,
} from "./scopes.ts";
export type * from "./store.ts";
