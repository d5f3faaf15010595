export { newAttemptId, timeOf } from "./attempt-id.ts";
export { type Database, DatabaseUnavailable, type Queries, type Row } from "./database/database.ts";
export type { LedgerHealth } from "./health.ts";
export type { Ledger } from "./ledger.ts";
export { type OpenLedger, openLedger } from "./open.ts";
export type { Periods, Rebuilt, Spent, StillOpen } from "./rebuild.ts";
export * from "./reports/index.ts";
export {
  type AttemptIdentity,
  type AttemptRow,
  type LedgerSource,
  type LedgerUsage,
  noUsage,
  type OpenAttempt,
} from "./row.ts";
