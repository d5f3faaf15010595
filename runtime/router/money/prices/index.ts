export { listPriceSource } from "./list-prices.ts";
export { Prices } from "./prices.ts";
export { type BilledUsage, costOf, type Priced, type Rates } from "./rates.ts";
