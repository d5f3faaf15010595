/** Providers that only preview, made of an SDK package; see {@link planOnlyProvider}. */
export { withDescription } from "./described.ts";
export { digits, type Naming } from "./naming.ts";
export { type PlanOnly, planOnlyProvider } from "./provider.ts";
export { refusal } from "./refusal.ts";
export { describeType, findSdk } from "./sdk.ts";
