import type { BudgetVerdict } from "../budget.ts";
import { totalsBy } from "../estimate.ts";
import type { CostItem, Estimate } from "../item.ts";
import { arithmetic, sourceOf } from "./text.ts";

/** A verdict for other programs; numbers are US dollars, unrounded. */
export function asJson({ estimate, largest, ...verdict }: BudgetVerdict): Record<string, unknown> {
  return {
    ...verdict,
    byRegion: Object.fromEntries(verdict.byRegion),
    byCapability: Object.fromEntries(verdict.byCapability),
    largest: largest.map(({ resource, what }) => ({ resource, what })),
    priceTable: estimate.tableBuilt,
    items: estimate.items.map(itemAsJson),
  };
}

/** An estimate without a limit, for other programs. */
export function estimateAsJson({ items, total, problems, tableBuilt }: Estimate): Record<string, unknown> {
  return {
    total,
    byRegion: Object.fromEntries(totalsBy(items, "region")),
    priceTable: tableBuilt,
    problems,
    items: items.map(itemAsJson),
  };
}

const itemAsJson = (item: CostItem): Record<string, unknown> => ({
  resource: item.resource,
  capability: item.capability,
  region: item.region,
  what: item.what,
  origin: item.origin,
  price: item.price,
  usd: item.figure.usd,
  unit: item.figure.unit,
  per: item.figure.per,
  size: item.figure.size ?? 1,
  quantity: item.quantity,
  monthly: item.monthly,
  source: sourceOf(item.figure),
  arithmetic: arithmetic(item),
});
