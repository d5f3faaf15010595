import type { BudgetVerdict } from "../budget.ts";
import { arithmetic, sourceOf } from "./text.ts";

/** A verdict for other programs; numbers are US dollars, unrounded. */
export function asJson({ estimate, largest, ...verdict }: BudgetVerdict): Record<string, unknown> {
  return {
    ...verdict,
    byRegion: Object.fromEntries(verdict.byRegion),
    byCapability: Object.fromEntries(verdict.byCapability),
    largest: largest.map(({ resource, what }) => ({ resource, what })),
    priceTable: estimate.tableBuilt,
    items: estimate.items.map((item) => ({
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
    })),
  };
}
