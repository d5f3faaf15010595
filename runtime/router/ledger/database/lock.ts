import type { Queries } from "./database.ts";

/** Any number that nobody else in the database locks. */
const key = 7_205_759_403;

/** Changes to the schema are made by one router at a time; the lock ends with the transaction. */
export async function lockLedger(queries: Queries): Promise<void> {
  await queries.script("set local lock_timeout = '10s'");
  await queries.query("select pg_advisory_xact_lock($1)", [key]);
}
