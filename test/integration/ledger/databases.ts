import { afterAll, afterEach, beforeAll, describe } from "vitest";
import type { Database } from "../../../runtime/router/ledger/database/database.ts";
import { openPglite } from "../../../runtime/router/ledger/database/pglite.ts";
import { openPostgres } from "../../../runtime/router/ledger/database/postgres.ts";
import { findPostgres, usePostgres } from "../../support/postgres.ts";

const programs = await findPostgres();

/** An empty database for each test. */
export type UseDatabase = () => Database;

/** The same tests on the embedded database, and on a real PostgreSQL behind a real PgBouncer in transaction mode. */
export function describeDatabases(name: string, tests: (use: UseDatabase) => void): void {
  describe(`${name}, embedded`, () => tests(useDatabase(() => openPglite(undefined))));
  describe.skipIf(programs === undefined)(`${name}, PostgreSQL behind PgBouncer`, () => {
    if (programs === undefined) return;
    const server = usePostgres(programs);
    tests(useDatabase(async () => pooled(server().url("postgres", "pooler"))));
  });
}

export const pooled = (url: string, connectMs = 5_000): Database =>
  openPostgres({ url, connections: 4, connectMs, queryMs: 20_000, onProblem: () => {} });

function useDatabase(open: () => Promise<Database>): UseDatabase {
  let database: Database | undefined;
  const now = () => {
    if (!database) throw new Error("The database is there during tests only.");
    return database;
  };
  beforeAll(async () => {
    database = await open();
  });
  afterEach(() => now().script("drop schema public cascade; create schema public"));
  afterAll(() => database?.close());
  return now;
}
