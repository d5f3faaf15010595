import { firstIdAt } from "../attempt-id.ts";
import { dimensions, measures } from "../store/columns.ts";

export type PartSource = "day" | "hour" | "rows";

/** A part of a time and where its sums are read; milliseconds, the end is not part of it. */
export interface Part {
  readonly source: PartSource;
  readonly from: number;
  readonly to: number;
}

const widths = { day: 86_400_000, hour: 3_600_000 } as const;

/**
 * Splits a time so that each moment is in one part: whole days and hours (UTC) in the middle are read from their sums,
 * the rest from the rows themselves.
 *
 * @param coarsest sums may be read of
 */
export function partsOf(from: number, to: number, coarsest: PartSource): Part[] {
  if (from >= to) return [];
  if (coarsest === "rows") return [{ source: "rows", from, to }];
  const width = widths[coarsest];
  const finer = coarsest === "day" ? "hour" : "rows";
  const [start, end] = [Math.ceil(from / width) * width, Math.floor(to / width) * width];
  if (start >= end) return partsOf(from, to, finer);
  return [...partsOf(from, start, finer), { source: coarsest, from: start, to: end }, ...partsOf(end, to, finer)];
}

/** Collects a statement's parameters and names them. */
export class Parameters {
  readonly values: (string | number | readonly string[])[] = [];

  add(value: string | number | readonly string[], type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }
}

const names = [...dimensions, ...Object.keys(measures)];
const ofRow = Object.entries(measures).map(([name, expression]) => `${expression} as ${name}`);

/**
 * A subquery with `at`, the dimensions and the measures of a time, to be summed up.
 *
 * @param where a further condition on dimensions, such as `and tenant = $3`
 */
export function partsSql(parts: readonly Part[], parameters: Parameters, where: string): string {
  const time = (milliseconds: number) => parameters.add(new Date(milliseconds).toISOString(), "timestamptz");
  const selects = parts.map(({ source, from, to }) => {
    const between = `at >= ${time(from)} and at < ${time(to)} ${where}`;
    if (source !== "rows") {
      return `select at, ${names.join(", ")} from ledger_${source}s where ${between}`;
    }
    // The key begins with the id, and the id with the time.
    const ids = `attempt_id >= ${parameters.add(firstIdAt(from), "uuid")} and attempt_id < ${parameters.add(firstIdAt(to), "uuid")}`;
    return `select at, ${[...dimensions, ...ofRow].join(", ")} from ledger_attempts where ${ids} and ${between}`;
  });
  return selects.join("\nunion all\n");
}
