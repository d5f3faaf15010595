export { choose, commonOptions, everyOption, usageOf } from "./choose.ts";
export { clientOf } from "./client.ts";
export { exchange } from "./exchange.ts";
export { findTarget, type TargetOptions } from "./target.ts";
export type { Option, Values, Verb } from "./verb.ts";
