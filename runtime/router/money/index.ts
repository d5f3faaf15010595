export {
  amountJson,
  formatDollars,
  fromDollars,
  largestAmount,
  type Nanos,
  parseDollars,
  toDollars,
} from "./amount.ts";
export * from "./budget/index.ts";
export * from "./prices/index.ts";
export * from "./worst-case/index.ts";
