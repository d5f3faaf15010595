/**
 * What a plan costs: a room without resources, so that whoever composes a stack, whoever judges it and whoever only asks
 * count with the same figures. Imports nothing of the rest of `infra`, and nothing of Pulumi.
 */
export {
  type BudgetInputs,
  type BudgetLimits,
  type BudgetVerdict,
  checkBudget,
  isExceeded,
  limitKeys,
  type Measured,
  usd,
} from "./budget.ts";
export { chartLines } from "./chart.ts";
export { type EstimateInputs, estimate, totalsBy } from "./estimate.ts";
export type { CostItem, Estimate, Problem } from "./item.ts";
export { kinds as listKinds, type ReadList, readList } from "./list/index.ts";
export {
  CostManifest,
  type CostManifestInput,
  costManifest,
  type DeclaredManifest,
  manifestKey,
  manifestOf,
  readManifest,
} from "./manifest.ts";
export { daysPerMonth, hoursPerMonth, PriceFile, PriceTable, priceTable, staleAfterDays } from "./prices/index.ts";
export { exactly, type Range, scaled } from "./range.ts";
export { Unpriceable } from "./reader.ts";
export { isComponent, type Registered, Registrations } from "./registrations.ts";
export {
  arithmetic,
  asItems,
  asJson,
  asMarkdown,
  asText,
  type Before,
  code as markdownCode,
  estimateAsJson,
  plain as markdownText,
  spread,
  table as markdownTable,
} from "./render/index.ts";
export { type CostResource, ownHardware } from "./resource.ts";
export { isList, isValues, plainOf, plainProperties, unknownValue, type Value, type Values } from "./value.ts";
