import { crossCheck } from "./cross-check.ts";
import { draftsOfManifests, draftsOfResources } from "./drafts.ts";
import type { CostItem, Estimate, Problem } from "./item.ts";
import type { DeclaredManifest } from "./manifest.ts";
import { includedOnce } from "./model/index.ts";
import { monthlyOf, type PriceTable, priceTable } from "./prices/index.ts";
import { add, mapped, type Range, sum, zero } from "./range.ts";
import { Unpriceable } from "./reader.ts";
import type { CostResource } from "./resource.ts";

export interface EstimateInputs {
  readonly resources?: readonly CostResource[];
  readonly manifests?: readonly DeclaredManifest[];
  /** @default the checkout's */
  readonly table?: PriceTable;
}

/** What is bought, before it is priced. */
export type Draft = Omit<CostItem, "monthly" | "figure"> & {
  /** Of drafts with the same key, only the first counts. */
  readonly once?: string;
  /** What registered it, where that is told. */
  readonly component?: string;
};

/**
 * Prices resources and manifests. Pure: the composed stack, the policy pack and the command all call this one.
 *
 * What nobody can price is in `problems`, never in the total as zero. Quantities of one figure in one region are priced
 * together (tiers, included amounts) and shared out by quantity.
 */
export function estimate({ resources = [], manifests = [], table = priceTable() }: EstimateInputs): Estimate {
  const registered = draftsOfResources(resources, manifests, table);
  const declared = draftsOfManifests(manifests);
  const checked = crossCheck(registered.drafts, declared.lines, held(registered.drafts, manifests));
  const drafts = onlyOnce([...registered.drafts, ...checked.beyond, ...declared.usage, ...declared.charts]);
  const { items, problems } = priced(drafts, table);
  return {
    items,
    total: sum(items.map(({ monthly }) => monthly)),
    problems: [...registered.problems, ...checked.problems, ...problems],
    tableBuilt: table.built,
  };
}

/** What of the registered is held against manifests: what belongs to a component that counts its own resources. */
function held(registered: readonly Draft[], manifests: readonly DeclaredManifest[]): Draft[] {
  const counting = new Set(manifests.flatMap((each) => (each.manifest.lines === undefined ? [] : [each.component])));
  return registered.filter(({ component }) => (component === undefined ? counting.size > 0 : counting.has(component)));
}

/** Items by a property, each with its sum, dearest first. */
export function totalsBy(
  items: readonly Pick<CostItem, "region" | "capability" | "monthly">[],
  key: "region" | "capability",
): [name: string, total: Range][] {
  const totals = new Map<string, Range>();
  for (const item of items) totals.set(item[key], add(totals.get(item[key]) ?? zero, item.monthly));
  return [...totals].sort(([a, x], [b, y]) => y.expected - x.expected || (a < b ? -1 : 1));
}

function onlyOnce(drafts: readonly Draft[]): Draft[] {
  const seen = new Set<string>();
  return drafts.filter(({ once }) => {
    if (once === undefined) return true;
    if (seen.has(once)) return false;
    seen.add(once);
    return true;
  });
}

function priced(drafts: readonly Draft[], table: PriceTable): { items: CostItem[]; problems: Problem[] } {
  const groups = Map.groupBy(drafts, ({ price, region }) => `${price} ${region}`);
  const items: CostItem[] = [];
  const problems: Problem[] = [];
  for (const group of groups.values()) {
    const [{ price, region }] = group as [Draft];
    const quantity = sum(group.map((draft) => draft.quantity));
    // Nothing of it is bought, so it needs no price: usage that is declared as zero.
    if (quantity.max === 0) continue;
    try {
      const figure = table.figure(price, region);
      const monthly = monthlyOf(
        figure,
        mapped(quantity, (units) => Math.max(0, units - (includedOnce[price] ?? 0))),
      );
      for (const { once: _, component: __, ...draft } of group) {
        items.push({ ...draft, figure, monthly: share(draft.quantity, quantity, monthly) });
      }
    } catch (error) {
      if (!(error instanceof Unpriceable)) throw error;
      for (const { resource, capability, what } of group) {
        problems.push({ kind: "unpriceable", resource, capability, region, why: `${what}: ${error.message}` });
      }
    }
  }
  return { items, problems };
}

function share(part: Range, whole: Range, monthly: Range): Range {
  const of = (key: keyof Range): number => (whole[key] === 0 ? 0 : (part[key] / whole[key]) * monthly[key]);
  return { min: of("min"), expected: of("expected"), max: of("max") };
}
