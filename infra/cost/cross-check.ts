import type { Draft } from "./estimate.ts";
import type { Problem } from "./item.ts";
import { add, combined, mapped, type Range, zero } from "./range.ts";

/** Differences below this are rounding. */
const tolerance = 1e-6;

/**
 * Compares what manifests declare with what the registrations say, figure by figure and region by region. Less declared
 * than registered is a problem; more is bought all the same (controllers make what no plan holds) and stays in the total.
 *
 * @param held what of the registered must be declared
 */
export function crossCheck(
  registered: readonly Draft[],
  declared: readonly Draft[],
  held: readonly Draft[],
): { beyond: Draft[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const said = quantities(declared);
  for (const [key, { quantity, drafts }] of quantities(held)) {
    const manifest = said.get(key)?.quantity ?? zero;
    const [first] = drafts;
    if (!first || !isSmaller(manifest, quantity)) continue;
    const others = drafts.length > 1 ? ` and ${drafts.length - 1} more` : "";
    problems.push({
      kind: "manifest-too-small",
      resource: `${first.resource}${others}`,
      capability: first.capability,
      region: first.region,
      why: `the manifests declare ${shown(manifest)} of ${first.price}, the resources say ${shown(quantity)}: declare what is registered`,
    });
  }
  return { beyond: beyondOf(declared, quantities(registered)), problems };
}

/** What of the declared quantities no registration accounts for; the first declarations are taken as accounted for. */
function beyondOf(declared: readonly Draft[], have: ReturnType<typeof quantities>): Draft[] {
  const left = new Map([...have].map(([key, { quantity }]) => [key, quantity]));
  return declared.flatMap((draft) => {
    const covered = left.get(keyOf(draft)) ?? zero;
    const rest = minus(draft.quantity, covered);
    left.set(keyOf(draft), minus(covered, draft.quantity));
    return rest.max > tolerance ? [{ ...draft, quantity: ordered(rest) }] : [];
  });
}

function quantities(drafts: readonly Draft[]): Map<string, { quantity: Range; drafts: Draft[] }> {
  const result = new Map<string, { quantity: Range; drafts: Draft[] }>();
  for (const draft of drafts) {
    const before = result.get(keyOf(draft)) ?? { quantity: zero, drafts: [] };
    result.set(keyOf(draft), { quantity: add(before.quantity, draft.quantity), drafts: [...before.drafts, draft] });
  }
  return result;
}

const keyOf = ({ price, region }: Draft): string => `${price} ${region}`;

const isSmaller = (said: Range, have: Range): boolean =>
  said.expected < have.expected - tolerance || said.max < have.max - tolerance;

const minus = (a: Range, b: Range): Range => combined(a, b, (x, y) => Math.max(0, x - y));

/** A difference of two ranges may run the wrong way round: the larger value counts. */
function ordered({ min, expected, max }: Range): Range {
  const middle = Math.max(min, expected);
  return { min, expected: middle, max: Math.max(middle, max) };
}

const shown = (range: Range): string => {
  const { min, expected, max } = mapped(range, (value) => Math.round(value * 1000) / 1000);
  return min === max ? String(expected) : `${min} to ${max} (${expected} expected)`;
};
