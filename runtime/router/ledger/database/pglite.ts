import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { type Database, DatabaseUnavailable, type Queries, type Row, sorted } from "./database.ts";
import { lockFolder } from "./folder-lock.ts";
import type { Ask, Told } from "./pglite-protocol.ts";

const bundled = !import.meta.url.endsWith(".ts");
/** In a checkout the worker is a file beside this one; in a bundle it is a bundle of its own, beside the router's. */
const worker = new URL(bundled ? "./pglite-worker.mjs" : "./pglite-worker.ts", import.meta.url);
/** What a supervisor preloads into its processes is not for their threads. */
const flags = bundled ? { execArgv: [] } : {};

interface Pending {
  readonly resolve: (rows: readonly Row[]) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The embedded database, in a thread of its own.
 *
 * @param folder where it keeps its files; without one it is gone with the process
 * @throws DatabaseUnavailable where another process has the folder
 */
export async function openPglite(folder: string | undefined): Promise<Database> {
  if (folder === undefined) return start(undefined, () => {});
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const unlock = lockFolder(folder);
  try {
    return await start(join(folder, "data"), unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function start(folder: string | undefined, unlock: () => void): Promise<Database> {
  const thread = new Thread(folder);
  await thread.started;
  let turn: Promise<unknown> = Promise.resolve();
  /** There is one connection: a transaction has it alone. */
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work);
    turn = result.catch(() => {});
    return result;
  };
  const queries: Queries = {
    query: (sql, parameters = []) => thread.ask({ sql, parameters: [...parameters] }),
    script: async (sql) => void (await thread.ask({ sql })),
  };
  const transaction = async <T>(work: (queries: Queries) => Promise<T>): Promise<T> => {
    await queries.script("begin");
    try {
      const result = await work(queries);
      await queries.script("commit");
      return result;
    } catch (error) {
      await queries.script("rollback").catch(() => {});
      throw error;
    }
  };
  return {
    kind: "embedded",
    get broken() {
      return thread.over;
    },
    query: (sql, parameters) => alone(() => queries.query(sql, parameters)),
    script: (sql) => alone(() => queries.script(sql)),
    transaction: (work) => alone(() => transaction(work)),
    close: () =>
      alone(async () => {
        await thread.close();
        unlock();
      }),
  };
}

class Thread {
  readonly started: Promise<unknown>;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #count = 0;
  #over: Error | undefined;

  constructor(folder: string | undefined) {
    this.#worker = new Worker(worker, { workerData: { folder }, name: "ledger database", ...flags });
    this.started = new Promise((resolve, reject) => this.#pending.set(0, { resolve, reject }));
    this.#worker.on("message", (told: Told) => this.#told(told));
    this.#worker.on("error", (error) => this.#end(`The embedded database failed: ${(error as Error).message}`));
    this.#worker.on("exit", () => this.#end("The embedded database has ended."));
    this.#rest();
  }

  get over(): boolean {
    return this.#over !== undefined;
  }

  ask(ask: Omit<Ask, "id">): Promise<readonly Row[]> {
    if (this.#over) return Promise.reject(this.#over);
    const id = ++this.#count;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage({ ...ask, id } satisfies Ask);
    });
  }

  async close(): Promise<void> {
    await this.ask({}).catch(() => {});
    await this.#worker.terminate();
  }

  #told(told: Told): void {
    const pending = this.#pending.get(told.id);
    this.#pending.delete(told.id);
    if (told.error) pending?.reject(sorted(told.error));
    else pending?.resolve(told.rows);
    this.#rest();
  }

  /** It must not keep a process alive that waits for nothing. */
  #rest(): void {
    if (this.#pending.size === 0) this.#worker.unref();
  }

  #end(reason: string): void {
    this.#over ??= new DatabaseUnavailable(reason);
    for (const { reject } of this.#pending.values()) reject(this.#over);
    this.#pending.clear();
  }
}
