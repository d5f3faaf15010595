import { type Database, StatementRefused } from "./database.ts";
import { lockLedger } from "./lock.ts";
import { type Migration, migrations } from "./migrations/index.ts";

const table = `
  create table if not exists ledger_migrations (
    number integer primary key,
    name text not null,
    applied_at timestamptz not null default now()
  )`;

/**
 * Brings the schema to this router's version, in one transaction and by one router at a time. A schema that is newer
 * stays: while routers are exchanged, old ones still write to it.
 */
export async function migrate(database: Database, known: readonly Migration[] = migrations): Promise<void> {
  if ((await missing(database, known).catch(ifNone(known))).length === 0) return;
  await database.transaction(async (queries) => {
    await lockLedger(queries);
    await queries.script(table);
    for (const { number, name, sql } of await missing(queries, known)) {
      await queries.script(sql);
      await queries.query("insert into ledger_migrations (number, name) values ($1, $2)", [number, name]);
    }
  });
}

async function missing(queries: Pick<Database, "query">, known: readonly Migration[]): Promise<readonly Migration[]> {
  const rows = await queries.query("select number from ledger_migrations");
  const applied = new Set(rows.map(({ number }) => number));
  return known.filter(({ number }) => !applied.has(number));
}

const undefinedTable = "42P01";

/** A database that has never seen a ledger. */
const ifNone =
  (known: readonly Migration[]) =>
  (error: unknown): readonly Migration[] => {
    if (error instanceof StatementRefused && error.code === undefinedTable) return known;
    throw error;
  };
