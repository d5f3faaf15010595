import { type CostManifestInput, costManifest, daysPerMonth } from "../cost/index.ts";

/** What a region is expected to see in a month: what is billed by use is reckoned from it. */
export interface MonthlyUse {
  readonly requests: number;
  /** What leaves for the internet, to clients and providers; GB. */
  readonly trafficGB: number;
  /** What is written to CloudWatch; GB. */
  readonly logsGB: number;
}

/** A small service's month, where the stack says nothing. */
export const defaultUse: MonthlyUse = { requests: 1_000_000, trafficGB: 50, logsGB: 10 };

type Amount = Exclude<CostManifestInput["lines"], undefined>[number]["quantity"];
type Amounts = Readonly<Record<string, Amount>>;

/** A month may be so many times as busy as it is expected to be. */
const worstMonth = 3;

/** An amount that nobody can promise: nothing at least, three times as much at worst. */
export const about = (expected: number) => ({ min: 0, expected, max: expected * worstMonth });

/** Logs of a month, and what is kept of them. */
export const logsKept = (monthlyGB: number, retentionDays: number): Amounts => ({
  "cloudwatch.logs.ingest": about(monthlyGB),
  "cloudwatch.logs.storage": about((monthlyGB * retentionDays) / daysPerMonth),
});

/** How often a key is asked for in a month: services keep what it opened for them. */
export const keyUses = 100_000;

/**
 * A component's cost manifest as inputs of its registration: amounts by ids of the price table, in one region.
 *
 * @param amounts `lines`: what its resources cost, and is held against them; `usage`: what they are billed for by use
 */
export function costIn(
  { name }: { readonly name: string },
  { lines, usage }: { readonly lines?: Amounts; readonly usage?: Amounts },
): { readonly cost: CostManifestInput } {
  const priced = (amounts: Amounts) =>
    Object.entries(amounts).map(([price, quantity]) => ({ price, region: name, quantity }));
  return {
    cost: costManifest({
      ...(lines === undefined ? {} : { lines: priced(lines) }),
      ...(usage === undefined ? {} : { usage: priced(usage) }),
    }),
  };
}
