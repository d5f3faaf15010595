import type { Database } from "./database.ts";
import { migrate } from "./migrate.ts";
import { ensurePartitions, type Month, monthsAhead } from "./partitions.ts";

/** The database that is written to: opened when it is first needed, and again when it broke. */
export class Primary {
  readonly #open: () => Promise<Database>;
  readonly #now: () => number;
  /** Months whose partitions are known to be there. */
  readonly #months = new Set<Month>();
  #database: Promise<Database> | undefined;
  #opened: Database | undefined;

  constructor(open: () => Promise<Database>, now: () => number = Date.now) {
    this.#open = open;
    this.#now = now;
  }

  /**
   * At this router's schema, with partitions for this month, the next ones and those that are named.
   *
   * @throws DatabaseUnavailable, StatementRefused
   */
  async ready(months: Iterable<Month> = []): Promise<Database> {
    if (this.#opened?.broken) await this.close();
    this.#database ??= this.#prepare();
    const database = await this.#database;
    const wanted = new Set([...months, ...monthsAhead(this.#now())]);
    const missing = [...wanted].filter((month) => !this.#months.has(month));
    if (missing.length > 0) {
      await ensurePartitions(database, missing);
      for (const month of missing) this.#months.add(month);
    }
    return database;
  }

  /** They may have been dropped: they are looked for again. */
  forgetMonths(): void {
    this.#months.clear();
  }

  async close(): Promise<void> {
    const database = this.#database;
    this.#database = undefined;
    this.#opened = undefined;
    this.#months.clear();
    await (await database?.catch(() => undefined))?.close();
  }

  #prepare(): Promise<Database> {
    const prepared = this.#open().then(async (database) => {
      try {
        await migrate(database);
      } catch (error) {
        await database.close();
        throw error;
      }
      this.#opened = database;
      return database;
    });
    // What failed is tried again by whoever comes next.
    prepared.catch(() => {
      if (this.#database === prepared) this.#database = undefined;
    });
    return prepared;
  }
}
