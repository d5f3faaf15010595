import type { Database } from "../database/database.ts";
import { columns, dimensions, measureNames, measures } from "./columns.ts";

const names = Object.keys(columns).join(", ");
const keys = dimensions.join(", ");

/** The tables of sums, and by what they sum up. */
const grains = { ledger_hours: "hour", ledger_days: "day" } as const;
type SumTable = keyof typeof grains;
export const sumTables = Object.keys(grains) as readonly SumTable[];

/** Adds attempts to a table of sums. In order, so that two routers never wait for each other in a circle. */
export const addSums = (table: SumTable, attempts: string): string => `
  insert into ${table} (at, ${keys}, ${measureNames.join(", ")})
  select date_trunc('${grains[table]}', at, 'UTC'), ${keys},
    ${Object.values(measures)
      .map((each) => `sum(${each})`)
      .join(", ")}
  from ${attempts} group by 1, ${keys}
  order by 1, ${keys}
  on conflict (at, ${keys}) do update set
    ${measureNames.map((name) => `${name} = ${table}.${name} + excluded.${name}`).join(", ")}`;

/** One statement: what is new goes into the ledger and into the sums, what was there already into neither. */
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
), ${sumTables.map((table) => `added_to_${table} as (${addSums(table, "inserted")})`).join(", ")}
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
