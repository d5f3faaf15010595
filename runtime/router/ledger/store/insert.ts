import type { Database } from "../database/database.ts";
import { columns, dimensions, measureNames, measures } from "./columns.ts";

const names = Object.keys(columns).join(", ");
const keys = dimensions.join(", ");

/** Sums of attempts by hour and by day, as `ledger_totals` has them. */
export const sumsOf = (attempts: string): string => `
  select date_trunc(grain, at, 'UTC') as at, grain, ${keys},
    ${Object.values(measures)
      .map((each) => `sum(${each})`)
      .join(",\n    ")}
  from ${attempts} cross join (values ('hour'), ('day')) as grains (grain)
  group by date_trunc(grain, at, 'UTC'), grain, ${keys}`;

/**
 * One statement: what is new goes into the ledger and into the totals, what was there already into neither. In order, so
 * that two routers never wait for each other in a circle.
 */
const insert = `
with given as (
  select * from json_to_recordset($1::text::json)
    as given (${Object.entries(columns)
      .map((column) => column.join(" "))
      .join(", ")})
), inserted as (
  insert into ledger_attempts (${names}) select ${names} from given order by attempt_id
  on conflict do nothing
  returning at, attempt_id, first_attempt_id, outcome, estimated, ${[...dimensions, ...summed()].join(", ")}
), sums as (${sumsOf("inserted")}
  order by grain, at, tenant, key_id, model, backend, feature, stack, region
), added as (
  insert into ledger_totals (at, grain, ${keys}, ${measureNames.join(", ")}) select * from sums
  on conflict (grain, at, tenant, key_id, model, backend, feature, stack, region) do update set
    ${measureNames.map((name) => `${name} = ledger_totals.${name} + excluded.${name}`).join(",\n    ")}
  returning 1
)
select count(*)::integer as inserted from inserted`;

/** Columns of attempts that are summed up as they are. */
function summed(): string[] {
  return measureNames.filter((name) => name in columns);
}

/**
 * Adds rows to the ledger, each once, however often it is given.
 *
 * @param rows as `encodeRow` makes them
 * @returns how many were new
 */
export async function insertRows(database: Database, rows: readonly string[]): Promise<number> {
  const [result] = await database.query(insert, [`[${rows.join(",")}]`]);
  return Number(result?.inserted);
}

/** The month of a row, from its JSON: a quotation mark within a text is never bare. */
export function monthIn(row: string): string {
  return /"at":"(\d{4,6}-\d\d)/.exec(row)?.[1] ?? "";
}
