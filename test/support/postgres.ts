import { afterAll, beforeAll } from "vitest";
import { silent } from "../../tools/engine/index.ts";
import {
  ensurePostgres,
  type PostgresPrograms,
  type PostgresServer,
  startPostgres,
} from "../../tools/parts/postgresql/index.ts";

/** What this machine has of them; installed now where that can be done. With CI=true it is a failure to have none. */
export async function findPostgres(): Promise<PostgresPrograms | undefined> {
  try {
    return await ensurePostgres(silent);
  } catch (error) {
    if (process.env.CI === "true") throw error;
    process.stderr.write(`SKIPPED: tests with a real PostgreSQL. ${(error as Error).message}\n`);
    return undefined;
  }
}

/** One server for all tests of a file. */
export function usePostgres(programs: PostgresPrograms): () => PostgresServer {
  let server: PostgresServer | undefined;
  beforeAll(async () => {
    server = await startPostgres(programs, { fsync: "off" });
  });
  afterAll(() => server?.stop());
  return () => {
    if (!server) throw new Error("The server is there during tests only.");
    return server;
  };
}
