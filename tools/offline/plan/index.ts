/** Providers that only preview, made of an SDK package; see {@link planOnlyProvider}. */
export { digits, type Naming } from "./naming.ts";
export { type PlanOnly, planOnlyProvider } from "./provider.ts";
export { refusal } from "./refusal.ts";
export { findSdk } from "./sdk.ts";
