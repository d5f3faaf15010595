import type { Queries } from "../database/database.ts";
import { type CostFilter, filterSql } from "./costs.ts";
import { Parameters, type PartSource, partsOf, partsSql, widths } from "./parts.ts";

/** What a series may be split by. */
export type SeriesBy = "model" | "tenant";

export interface SeriesQuery extends CostFilter {
  /** Ascending: where each column begins, and at last where they end; milliseconds since 1970. */
  readonly bounds: readonly number[];
  /** Undefined: not split. */
  readonly by?: SeriesBy | undefined;
  /** So many groups are told by name, those with the greatest cost; the others are one. */
  readonly top?: number | undefined;
}

/** Sums of one column of one group; money in nano-dollars. */
export interface SeriesCell {
  /** From 0. */
  readonly column: number;
  /** Undefined: all that are not among the greatest. */
  readonly group: string | undefined;
  readonly costNano: bigint;
  readonly requests: number;
  readonly attempts: number;
  readonly failed: number;
  readonly arbitrageSavedNano: bigint;
  readonly cacheSavedNano: bigint;
}

const defaultTop = 7;

/** Costs over time. Cheap where the bounds are whole hours: no row is looked at then, however many there are. */
export async function series(queries: Queries, query: SeriesQuery): Promise<SeriesCell[]> {
  const { bounds, by, top = defaultTop } = query;
  const [from = 0, to = 0] = [bounds[0], bounds.at(-1)];
  const parameters = new Parameters();
  const parts = partsSql(partsOf(from, to, undefined, coarsestOf(bounds)), parameters, filterSql(query, parameters));
  const starts = bounds.slice(0, -1).map((bound) => new Date(bound).toISOString());
  const column = `width_bucket(at, ${parameters.add(starts, "timestamptz[]")}) - 1`;
  // Not a bare constant: those are no expression to group by.
  const name = by ?? "''::text";
  const rows = await queries.query(
    `with parts as (
${parts}
), greatest_groups as (
  select ${name} as name from parts group by ${name} order by sum(cost_nano) desc, ${name} limit ${parameters.add(top, "integer")}
)
select ${column} as place, g.name as name,
  sum(cost_nano)::text as cost_nano, sum(requests)::text as requests, sum(attempts)::text as attempts,
  sum(failed)::text as failed, sum(arbitrage_saved_nano)::text as arbitrage, sum(cache_saved_nano)::text as cache
from parts left join greatest_groups g on g.name = ${by ? `parts.${by}` : name}
group by 1, 2`,
    parameters.values,
  );
  return rows.map((row) => ({
    column: Number(row.place),
    group: row.name === null ? undefined : String(row.name),
    costNano: BigInt(String(row.cost_nano)),
    requests: Number(row.requests),
    attempts: Number(row.attempts),
    failed: Number(row.failed),
    arbitrageSavedNano: BigInt(String(row.arbitrage)),
    cacheSavedNano: BigInt(String(row.cache)),
  }));
}

/** The coarsest sums of which none is of two columns. */
function coarsestOf(bounds: readonly number[]): PartSource {
  if (bounds.every((bound) => bound % widths.day === 0)) return "day";
  return bounds.every((bound) => bound % widths.hour === 0) ? "hour" : "rows";
}
