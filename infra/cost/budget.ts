import { estimate, totalsBy } from "./estimate.ts";
import type { CostItem, Estimate, Problem } from "./item.ts";
import type { DeclaredManifest } from "./manifest.ts";
import { daysPerMonth, type PriceTable, priceTable, staleAfterDays } from "./prices/index.ts";
import { add, exactly, type Range } from "./range.ts";
import type { CostResource } from "./resource.ts";

/** A stack's limits: `budget` of its configuration. */
export interface BudgetLimits {
  readonly monthlyInfrastructureUsd: number;
  readonly dailyLlmUsd: number;
  /** From which share of a limit on a warning is given. */
  readonly warnAtPercent: number;
}

/** The keys of the stack's configuration that hold the limits. */
export const limitKeys = {
  infrastructure: "hybrid-llm:stack.budget.monthlyInfrastructureUsd",
  llm: "hybrid-llm:stack.budget.dailyLlmUsd",
} as const;

/** One limit and what stands against it, in US dollars. */
export interface Measured {
  readonly limit: number;
  readonly used: Range;
  /** The limit less what is expected; below zero it is exceeded. */
  readonly headroom: number;
  readonly key: string;
}

export interface BudgetVerdict {
  readonly status: "ok" | "warn" | "block";
  /** Why it is not ok, worst first; each says what to change. */
  readonly blocks: readonly string[];
  readonly warnings: readonly string[];
  /** A month. */
  readonly infrastructure: Measured;
  /** A day. */
  readonly llm: Measured;
  /** Infrastructure and models, a month. */
  readonly total: Range;
  readonly byRegion: readonly (readonly [string, Range])[];
  readonly byCapability: readonly (readonly [string, Range])[];
  readonly largest: readonly CostItem[];
  readonly problems: readonly Problem[];
  readonly estimate: Estimate;
}

export interface BudgetInputs {
  readonly limits: BudgetLimits;
  readonly resources?: readonly CostResource[];
  readonly manifests?: readonly DeclaredManifest[];
  /** Found before pricing: a manifest that can't be read. */
  readonly problems?: readonly Problem[];
  readonly table?: PriceTable;
  /** Today, for the age of the price table. */
  readonly now: Date;
}

/**
 * Judges a plan by a stack's limits. What is expected blocks above 100 % and warns from `warnAtPercent` on; the worst
 * case only warns; whatever can't be priced blocks, for then nobody knows the total.
 */
export function checkBudget({
  limits,
  problems = [],
  now,
  table = priceTable(),
  ...inputs
}: BudgetInputs): BudgetVerdict {
  const priced = estimate({ ...inputs, table });
  const found = [...problems, ...priced.problems];
  const infrastructure = measured(limits.monthlyInfrastructureUsd, priced.total, limitKeys.infrastructure);
  const daily = (inputs.manifests ?? []).reduce((sum, { manifest }) => sum + (manifest.llmDailyUsd ?? 0), 0);
  const llm = measured(limits.dailyLlmUsd, exactly(daily), limitKeys.llm);

  const blocks = [
    ...exceeded(infrastructure, "infrastructure", "a month"),
    ...exceeded(llm, "the routers' own budgets for models", "a day"),
    ...found.map(({ resource, why }) => `${resource}: ${why}`),
  ];
  const warnings = [
    ...near(infrastructure, limits.warnAtPercent, "infrastructure", "a month"),
    // The routers' own budgets are limits themselves: that they reach the stack's is how they are meant to be set.
    ...old(table, now),
  ];
  return {
    status: blocks.length > 0 ? "block" : warnings.length > 0 ? "warn" : "ok",
    blocks,
    warnings,
    infrastructure,
    llm,
    total: add(priced.total, exactly(daily * daysPerMonth)),
    byRegion: totalsBy(priced.items, "region"),
    byCapability: totalsBy(priced.items, "capability"),
    largest: [...priced.items].sort((a, b) => b.monthly.expected - a.monthly.expected).slice(0, 3),
    problems: found,
    estimate: priced,
  };
}

function measured(limit: number, used: Range, key: string): Measured {
  return { limit, used, headroom: limit - used.expected, key };
}

/** Half a cent more or less is rounding. */
const isOver = (amount: number, limit: number): boolean => amount - limit > 0.005;

export const isExceeded = ({ used, limit }: Pick<Measured, "used" | "limit">): boolean => isOver(used.expected, limit);

function exceeded(measure: Measured, what: string, period: string): string[] {
  if (!isExceeded(measure)) return [];
  const { limit, used, headroom, key } = measure;
  return [
    `${what} is expected at ${usd(used.expected)} ${period}, ${usd(-headroom)} over the limit of ${usd(limit)}: ` +
      `make it smaller, or raise ${key}`,
  ];
}

function near(measure: Measured, percent: number, what: string, period: string): string[] {
  if (isExceeded(measure)) return [];
  const { limit, used, key } = measure;
  const share = (used.expected / limit) * 100;
  return [
    ...(limit > 0 && share >= percent
      ? [`${what} is expected at ${usd(used.expected)} ${period}, ${share.toFixed(0)} % of ${key} (${usd(limit)})`]
      : []),
    ...(isOver(used.max, limit)
      ? [`${what} may cost ${usd(used.max)} ${period} at worst, over ${key} (${usd(limit)})`]
      : []),
  ];
}

function old(table: PriceTable, now: Date): string[] {
  const days = table.ageInDays(now);
  return days > staleAfterDays
    ? [`the price table is of ${table.built}, ${days} days ago: refresh it with npm run prices where there is internet`]
    : [];
}

/** US dollars as text: `$1,234.50`. */
export function usd(amount: number): string {
  return amount.toLocaleString("en-US", { style: "currency", currency: "USD", signDisplay: "negative" });
}
