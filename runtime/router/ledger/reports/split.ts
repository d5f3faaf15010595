import type { Queries } from "../database/database.ts";
import { type Part, partsOf } from "./parts.ts";
import { coarsestIn } from "./time-zone.ts";

export type TimeUnit = "day" | "week" | "month";

export interface TimeSplit {
  readonly from: Date;
  readonly to: Date;
  readonly timezone: string;
  /** What the report is grouped by. */
  readonly units: readonly TimeUnit[];
}

/** Each may add some parts to the statement, and a statement of many parts is planned for longer than it runs. */
const maxBounds = 64;

/**
 * The parts of a time, so that no sum is of two groups. Where days of the zone are not days of UTC the time is first cut
 * where its groups begin: within a month of Berlin there are whole days of UTC all the same.
 */
export async function splitByTime(queries: Queries, { from, to, timezone, units }: TimeSplit): Promise<Part[]> {
  const [start, end] = [from.getTime(), to.getTime()];
  const coarsest = coarsestIn(timezone, start, end);
  // A day of a zone of whole hours is cut into hours anyway.
  if (coarsest === "day" || (coarsest === "hour" && units.includes("day"))) return partsOf(start, end, coarsest);
  const bounds = await boundsOf(queries, { from, to, timezone, units });
  if (bounds.length > maxBounds) return partsOf(start, end, coarsest);
  const cuts = [start, ...bounds, end];
  return cuts.slice(1).flatMap((cut, index) => partsOf(cuts[index] ?? start, cut, "day"));
}

/** Where groups begin, as the database has it: it knows the zone's rules as it groups by them. */
async function boundsOf(queries: Queries, { from, to, timezone, units }: TimeSplit): Promise<number[]> {
  const series = units.map(
    (unit) =>
      `select generate_series(date_trunc('${unit}', $1::timestamptz at time zone $3::text),
         $2::timestamptz at time zone $3::text, interval '1 ${unit}') as local`,
  );
  const rows = await queries.query(
    `select distinct extract(epoch from local at time zone $3::text)::bigint::text as seconds
     from (${series.join(" union all ")}) as bounds`,
    [from.toISOString(), to.toISOString(), timezone],
  );
  return rows
    .map(({ seconds }) => Number(seconds) * 1_000)
    .filter((bound) => bound > from.getTime() && bound < to.getTime())
    .sort((a, b) => a - b);
}
