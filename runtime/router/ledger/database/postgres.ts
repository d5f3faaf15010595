import { Pool, type PoolClient, type QueryResult } from "pg";
import { type Database, type Queries, StatementRefused, sorted } from "./database.ts";

export interface PostgresOptions {
  /** `postgresql://user:password@host:port/database`; never logged. */
  readonly url: string;
  readonly connections: number;
  readonly connectMs: number;
  readonly queryMs: number;
  /** Called with connections that break while nobody uses them. */
  readonly onProblem: (problem: string) => void;
}

/**
 * A real PostgreSQL, straight or through a pooler in transaction mode: statements have no names, settings are local to a
 * transaction, and nothing is asked of the connection's start.
 */
export function openPostgres({ url, connections, connectMs, queryMs, onProblem }: PostgresOptions): Database {
  const pool = new Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: connectMs,
    query_timeout: queryMs,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
  });
  pool.on("error", (error) => onProblem(sorted(error).message));
  let refused = false;
  const noting = async <T>(asking: Promise<T>): Promise<T> => {
    try {
      return await asking;
    } catch (error) {
      refused ||= error instanceof StatementRefused && error.code.startsWith(invalidAuthorization);
      throw error;
    }
  };
  return {
    kind: "postgresql",
    get broken() {
      return refused;
    },
    query: (sql, parameters = []) => noting(asked(() => pool.query(sql, [...parameters]))),
    script: async (sql) => void (await noting(asked(() => pool.query(sql)))),
    transaction: (work) => noting(transaction(pool, work)),
    close: () => pool.end(),
  };
}

/** SQLSTATE class 28: the password in the address has been changed, and the address must be read again. */
const invalidAuthorization = "28";

async function transaction<T>(pool: Pool, work: (queries: Queries) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw sorted(error);
  });
  try {
    await asked(() => client.query("begin"));
    const result = await work(queriesOf(client));
    await asked(() => client.query("commit"));
    client.release();
    return result;
  } catch (error) {
    // A connection that failed in the middle is in a state that nobody knows.
    client.release(true);
    throw error;
  }
}

function queriesOf(client: PoolClient): Queries {
  return {
    query: (sql, parameters = []) => asked(() => client.query(sql, [...parameters])),
    script: async (sql) => void (await asked(() => client.query(sql))),
  };
}

async function asked(ask: () => Promise<QueryResult>): Promise<readonly Record<string, unknown>[]> {
  try {
    return (await ask()).rows as Record<string, unknown>[];
  } catch (error) {
    throw sorted(error);
  }
}
