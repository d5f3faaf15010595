import type { Queries } from "../database/database.ts";
import { type Part, partsOf } from "./parts.ts";
import { isUtc } from "./time-zone.ts";

export type TimeUnit = "day" | "week" | "month";

export interface TimeSplit {
  readonly from: Date;
  readonly to: Date;
  readonly timezone: string;
  /** What the report is grouped by. */
  readonly units: readonly TimeUnit[];
}

/**
 * The parts of a time, each of one group. Where days of the zone are not days of UTC the time is first cut where its
 * groups begin.
 */
export async function splitByTime(queries: Queries, { from, to, timezone, units }: TimeSplit): Promise<Part[]> {
  const [start, end] = [from.getTime(), to.getTime()];
  if (isUtc(timezone, start, end)) return partsOf(start, end);
  const bounds = await boundsOf(queries, { from, to, timezone, units });
  const cuts = [start, ...bounds, end];
  return cuts.slice(1).flatMap((cut, index) => {
    const begin = cuts[index] ?? start;
    return partsOf(begin, cut, begin);
  });
}

/**
 * Where groups begin, as the database has it: it knows the zone's rules as it groups by them. A midnight that comes twice
 * is the first of the two, because what lies between them is of the new day.
 */
async function boundsOf(queries: Queries, { from, to, timezone, units }: TimeSplit): Promise<number[]> {
  const series = units.map(
    (unit) =>
      `select generate_series(date_trunc('${unit}', $1::timestamptz at time zone $3::text),
         $2::timestamptz at time zone $3::text, interval '1 ${unit}') as local`,
  );
  const rows = await queries.query(
    `select distinct extract(epoch from case when hour_before at time zone $3::text >= local then hour_before
         else bound end)::bigint::text as seconds
     from (select local, local at time zone $3::text as bound from (${series.join(" union all ")}) as locals) as bounds,
       lateral (select bound - interval '1 hour' as hour_before) as earlier`,
    [from.toISOString(), to.toISOString(), timezone],
  );
  return rows
    .map(({ seconds }) => Number(seconds) * 1_000)
    .filter((bound) => bound > from.getTime() && bound < to.getTime())
    .sort((a, b) => a - b);
}
