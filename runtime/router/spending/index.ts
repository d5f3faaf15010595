export type { AttemptAccount, AttemptResult } from "./attempt-account.ts";
export { openSpending } from "./open.ts";
export { type AttemptOrder, RequestAccount, type Spender } from "./request-account.ts";
export { Spending } from "./spending.ts";
