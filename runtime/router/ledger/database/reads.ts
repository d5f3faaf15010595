import { type Database, DatabaseUnavailable, type Queries, StatementRefused } from "./database.ts";
import type { Primary } from "./primary.ts";

/** Who answered a report. */
export type ReadFrom = "replica" | "primary" | "embedded";

export interface Read<T> {
  readonly value: T;
  readonly from: ReadFrom;
}

/** A replica that failed is left alone for so long; milliseconds. */
const restMs = 5_000;
const statementMs = 20_000;
/** A replica may lag behind by a whole schema. */
const lagging = new Set(["42P01", "42703"]);

/** Where reports are read: at the replica, and at the primary where there is none or it is gone. */
export class Reads {
  readonly #primary: Primary;
  readonly #replica: Database | undefined;
  readonly #onProblem: (problem: string) => void;
  #restUntil = 0;

  constructor(primary: Primary, replica: Database | undefined, onProblem: (problem: string) => void) {
    this.#primary = primary;
    this.#replica = replica;
    this.#onProblem = onProblem;
  }

  /** Everything that `work` asks sees the same moment. */
  async read<T>(work: (queries: Queries) => Promise<T>): Promise<Read<T>> {
    if (this.#replica && performance.now() >= this.#restUntil) {
      try {
        return { value: await snapshot(this.#replica, work), from: "replica" };
      } catch (error) {
        const gone =
          error instanceof DatabaseUnavailable || (error instanceof StatementRefused && lagging.has(error.code));
        if (!gone) throw error;
        this.#restUntil = performance.now() + restMs;
        this.#onProblem(error.message);
      }
    }
    return this.readPrimary(work);
  }

  async readPrimary<T>(work: (queries: Queries) => Promise<T>): Promise<Read<T>> {
    const database = await this.#primary.ready();
    return { value: await snapshot(database, work), from: database.kind === "embedded" ? "embedded" : "primary" };
  }

  async close(): Promise<void> {
    await this.#replica?.close();
  }
}

/** Sums fit into this memory unsorted; to compile a query takes longer than to run it. */
const settings = `set transaction isolation level repeatable read, read only;
  set local statement_timeout = ${statementMs}; set local work_mem = '32MB'; set local jit = off`;

function snapshot<T>(database: Database, work: (queries: Queries) => Promise<T>): Promise<T> {
  return database.transaction(async (queries) => {
    await queries.script(settings);
    return work(queries);
  });
}
