import type { Database } from "./database.ts";
import { lockLedger } from "./lock.ts";

/** `2026-11`, in UTC. */
export type Month = string;

/** Sums of the time under way are changed over and over: room beside them spares the indexes. */
const roomy = "with (fillfactor = 60)";
const storage = { ledger_attempts: "", ledger_hours: roomy, ledger_days: roomy } as const;
const tables = Object.keys(storage) as readonly (keyof typeof storage)[];
/** Months that are made ahead. */
const ahead = 2;

export const monthOf = (time: Date | number): Month => new Date(time).toISOString().slice(0, 7);

/** The month after so many; before it where the number is less than 0. */
export function monthAfter(month: Month, months: number): Month {
  const start = new Date(`${month}-01T00:00:00Z`);
  start.setUTCMonth(start.getUTCMonth() + months);
  return monthOf(start);
}

/** This month and those that come. */
export const monthsAhead = (now: number): Month[] =>
  Array.from({ length: ahead + 1 }, (_, index) => monthAfter(monthOf(now), index));

/** Makes partitions that are missing; readers and writers of the others don't wait for it. */
export async function ensurePartitions(database: Database, months: Iterable<Month>): Promise<void> {
  const there = new Set(await partitions(database));
  const wanted = [...months].filter((month) => tables.some((table) => !there.has(nameOf(table, month))));
  if (wanted.length === 0) return;
  await database.transaction(async (queries) => {
    await lockLedger(queries);
    const now = new Set(await partitions(queries));
    for (const month of wanted) {
      const [from, to] = [month, monthAfter(month, 1)].map((each) => `'${each}-01T00:00:00Z'`);
      for (const table of tables) {
        const name = nameOf(table, month);
        if (now.has(name)) continue;
        // To attach one locks less than to create one as a partition.
        await queries.script(
          `create table ${name} (like ${table} including defaults including constraints) ${storage[table]}`,
        );
        await queries.script(`alter table ${table} attach partition ${name} for values from (${from}) to (${to})`);
      }
    }
  });
}

/**
 * Drops the months that are older than those to keep.
 *
 * @param keep months before this one
 * @returns those that were dropped
 */
export async function dropOld(database: Database, keep: number, now: number): Promise<Month[]> {
  const oldest = monthAfter(monthOf(now), -keep);
  const old = (await partitions(database)).filter((name) => monthIn(name) < oldest);
  if (old.length === 0) return [];
  await database.transaction(async (queries) => {
    await lockLedger(queries);
    // Whoever waits behind this waits for it: it gives up soon, and comes again.
    await queries.script("set local lock_timeout = '2s'");
    for (const name of old) await queries.script(`drop table if exists ${name}`);
  });
  return [...new Set(old.map(monthIn))].sort();
}

async function partitions(queries: Pick<Database, "query">): Promise<string[]> {
  const rows = await queries.query(
    `select c.relname::text as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = any(array[${tables.map((table) => `'${table}'::regclass`).join(", ")}]::oid[])`,
  );
  return rows.map(({ name }) => String(name)).filter((name) => /_\d{4}_\d{2}$/.test(name));
}

const nameOf = (table: string, month: Month): string => `${table}_${month.replace("-", "_")}`;
const monthIn = (name: string): Month => name.slice(-7).replace("_", "-");
