import type { Database } from "../../../runtime/router/ledger/database/database.ts";
import { ensurePartitions, monthAfter, monthOf } from "../../../runtime/router/ledger/database/partitions.ts";
import { columns } from "../../../runtime/router/ledger/store/columns.ts";
import { addSums, sumTables } from "../../../runtime/router/ledger/store/insert.ts";
import type { Progress } from "../../engine/index.ts";

/** Over which rows are spread. */
export const months = 12;

/** How many there are of each; a few of them make most of the attempts. */
export const cardinalities = { tenants: 20, keysOfTenant: 2, features: 4, models: 8 } as const;

/** Before this month, which has only begun. */
export function timeOfRows(now: number): { from: Date; to: Date } {
  const first = monthAfter(monthOf(now), -months);
  return { from: new Date(`${first}-01T00:00:00Z`), to: new Date(`${monthOf(now)}-01T00:00:00Z`) };
}

/** Fills the ledger and its totals by SQL: the same tables as a router's, without waiting for one. */
export async function fill(database: Database, rows: number, now: number, progress: Progress): Promise<void> {
  const { from } = timeOfRows(now);
  for (let index = 0; index < months; index++) {
    const month = monthAfter(monthOf(from), index);
    await ensurePartitions(database, [month]);
    const count = Math.floor(rows / months) + (index < rows % months ? 1 : 0);
    progress.update(`${index * Math.floor(rows / months)} of ${rows} rows`);
    await database.script(attemptsSql(month, count));
    for (const table of sumTables) {
      await database.script(addSums(table, `ledger_attempts_${month.replace("-", "_")}`));
    }
  }
  progress.step(`Filled the ledger with ${rows} rows.`);
  for (const table of ["ledger_attempts", ...sumTables]) await database.script(`vacuum (analyze) ${table}`);
}

/** A UUIDv7 of a time, in SQL. */
const idSql = `(lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(noise, 1, 3) || '8'
  || substr(noise, 4, 15))::uuid`;

function attemptsSql(month: string, count: number): string {
  const { tenants, keysOfTenant, features, models } = cardinalities;
  const few = (of: number) => `floor(${of} * power(random(), 2))::integer`;
  return `
insert into ledger_attempts (${Object.keys(columns).join(", ")})
select id, at, case when n % 20 = 0 then coalesce(lag(id) over (order by at), id) else id end, 'request-' || n, 'prod',
  'eu', 'tenant-' || tenant, 'key' || (tenant * ${keysOfTenant} + key), 'feature-' || feature,
  (array['openai', 'claude', 'gemini', 'local'])[1 + model % 4], 'model-' || model, 'chat', 'openai',
  case when n % 40 = 0 then 'failed' else 'answered' end, 1 + (n % 20 = 0)::integer,
  case when n % 20 = 0 then 'failover' else 'first' end, input, 0, 0, output, 0, input * 750 + output * 4500,
  n % 50 = 0, '{"input_mtok": "0.75", "output_mtok": "4.5"}', 'bench', 400 + input, 100 + model, input * 100, 0
from (
  select n, date_trunc('milliseconds', '${month}-01T00:00:00Z'::timestamptz
      + random() * ('${monthAfter(month, 1)}-01T00:00:00Z'::timestamptz - '${month}-01T00:00:00Z'::timestamptz)) as at,
    md5(random()::text) as noise, ${few(tenants)} as tenant, ${few(keysOfTenant)} as key, ${few(features)} as feature,
    ${few(models)} as model, 50 + floor(random() * 3000)::integer as input, 5 + floor(random() * 800)::integer as output
  from generate_series(1, ${count}) as n
) as drawn cross join lateral (select ${idSql} as id) as ids
order by at`;
}
