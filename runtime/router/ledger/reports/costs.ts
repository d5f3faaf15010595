import type { Queries } from "../database/database.ts";
import type { ReadFrom } from "../database/reads.ts";
import { type CostFigures, figuresOf, figuresSql, sumOf } from "./figures.ts";
import { Parameters, type Part, partsOf, partsSql } from "./parts.ts";
import { ReportProblem } from "./problem.ts";
import { splitByTime, type TimeUnit } from "./split.ts";
import { checkTimeZone } from "./time-zone.ts";

const formats = { day: "YYYY-MM-DD", week: 'IYYY-"W"IW', month: "YYYY-MM" } as const satisfies Record<TimeUnit, string>;
const columnOf = {
  model: "model",
  backend: "backend",
  tenant: "tenant",
  feature: "feature",
  key: "key_id",
  stack: "stack",
  region: "region",
} as const;

export type CostGroupBy = TimeUnit | keyof typeof columnOf;
export const costGroups = [...Object.keys(formats), ...Object.keys(columnOf)] as readonly CostGroupBy[];

/** Which attempts; those that are left out are not looked at. */
export interface CostFilter {
  readonly tenant?: string | undefined;
  readonly key?: string | undefined;
  readonly feature?: string | undefined;
  readonly stack?: string | undefined;
}

export interface CostQuery extends CostFilter {
  readonly from: Date;
  /** Not part of it. */
  readonly to: Date;
  /** None: one sum. */
  readonly groupBy: readonly CostGroupBy[];
  /** Where days begin; UTC by default. A name of the time zone database. */
  readonly timezone?: string | undefined;
}

export interface CostGroup extends CostFigures {
  /** Days as `2026-11-29`, weeks as `2026-W48`, months as `2026-11`; `""` where an attempt has no such thing. */
  readonly by: Readonly<Partial<Record<CostGroupBy, string>>>;
}

export interface Costs {
  readonly from: Date;
  readonly to: Date;
  readonly groupBy: readonly CostGroupBy[];
  readonly timezone: string;
  /** In the order of their names. */
  readonly groups: readonly CostGroup[];
  /** The sum of the groups, and of the ledger. */
  readonly total: CostFigures;
}

export type CostReport = Costs & { readonly readFrom: ReadFrom };

const maxGroups = 20_000;
const maxYears = 20;

/** @throws ReportProblem */
export async function costs(queries: Queries, query: CostQuery): Promise<Costs> {
  const { from, to, timezone = "UTC" } = query;
  const groupBy = [...new Set(query.groupBy)];
  checkTime(from, to);
  checkTimeZone(timezone);
  const units = groupBy.filter(isTime);
  const parts = await (units.length === 0
    ? partsOf(from.getTime(), to.getTime())
    : splitByTime(queries, { from, to, timezone, units }));
  const { sql, parameters } = costsSql({ ...query, groupBy, timezone }, parts);
  const rows = await queries.query(sql, parameters);
  if (rows.length > maxGroups) {
    throw new ReportProblem(
      "group_by",
      `the report has more than ${maxGroups} groups; ask for a shorter time or group by less`,
    );
  }
  const groups = rows.map((row) => ({
    by: Object.fromEntries(groupBy.map((group) => [group, String(row[`by_${group}`])])),
    ...figuresOf(row),
  }));
  return { from, to, groupBy, timezone, groups, total: sumOf(groups) };
}

/** The statement of a report; apart, so that its plan can be shown. */
export function costsSql(
  query: CostQuery & { readonly timezone: string },
  times: readonly Part[],
): { readonly sql: string; readonly parameters: Parameters["values"] } {
  const { groupBy, timezone } = query;
  const parameters = new Parameters();
  const by = groupBy.flatMap((group) => (isTime(group) ? [] : [columnOf[group]]));
  const parts = partsSql(times, parameters, filterSql(query, parameters), by);
  const zone = groupBy.some(isTime) ? parameters.add(timezone, "text") : "";
  const keys = groupBy.map((group) =>
    isTime(group) ? `date_trunc('${group}', at at time zone ${zone})` : columnOf[group],
  );
  const shown = groupBy.map((group, index) => {
    const key = keys[index];
    return `${isTime(group) ? `to_char(${key}, '${formats[group]}')` : key} as by_${group}, `;
  });
  const listed = keys.join(", ");
  // Of what is read with both signs nothing may be left.
  const grouped = keys.length === 0 ? "" : `group by ${listed} having sum(requests + attempts) > 0 order by ${listed}`;
  const sql = `select ${shown.join("")}
  ${figuresSql}
from (
${parts}
) as parts ${grouped} limit ${maxGroups + 1}`;
  return { sql, parameters: parameters.values };
}

/** Conditions on the dimensions, each of them with `and` before it. */
export function filterSql({ tenant, key, feature, stack }: CostFilter, parameters: Parameters): string {
  const given = Object.entries({ tenant, key_id: key, feature, stack });
  return given
    .map(([column, value]) => (value === undefined ? "" : `and ${column} = ${parameters.add(value, "text")}`))
    .filter(Boolean)
    .join(" ");
}

/** @throws ReportProblem */
export function checkTime(from: Date, to: Date): void {
  for (const [name, time] of Object.entries({ from, to })) {
    const year = time.getUTCFullYear();
    if (!(year >= 1970 && year <= 9999))
      throw new ReportProblem(name, `${name} must be a time, as in 2026-11-29T00:00:00Z`);
  }
  if (from >= to) throw new ReportProblem("to", "to must be later than from");
  if (to.getTime() - from.getTime() > maxYears * 366 * 86_400_000) {
    throw new ReportProblem("from", `at most ${maxYears} years are told at once`);
  }
}

const isTime = (group: CostGroupBy): group is TimeUnit => group in formats;
