import { StatementRefused } from "../database/database.ts";
import type { Primary } from "../database/primary.ts";
import type { Batch } from "../journal/batch.ts";
import { insertRows, monthIn } from "./insert.ts";

export interface ShipperOptions {
  readonly primary: Primary;
  readonly next: (most: number) => Promise<Batch | undefined>;
  readonly batchRows: number;
  readonly intervalMs: number;
  /** A row that no database will ever take. */
  readonly rejected: (row: string, problem: string) => void;
  /** Once when it begins to fail, and once (without a problem) when it goes on. */
  readonly changed: (problem: string | undefined) => void;
  /** What else is brought to the database in the same turn, e.g. the journals of others. */
  readonly before: () => Promise<void>;
}

const firstWaitMs = 250;
const longestWaitMs = 10_000;
const checkViolation = "23514";

/** Brings rows to the database, off the way of any request; while it is away they wait, and it is asked ever less often. */
export class Shipper {
  readonly #options: ShipperOptions;
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();
  #problem: string | undefined;
  #failures = 0;
  #shipped = 0;
  #stopped = false;

  constructor(options: ShipperOptions) {
    this.#options = options;
  }

  /** Why rows wait; undefined where they don't. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Rows that were new to the database. */
  get shipped(): number {
    return this.#shipped;
  }

  start(): void {
    this.#schedule(this.#options.intervalMs);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /**
   * Resolves once the database has every row that was there before.
   *
   * @throws DatabaseUnavailable, StatementRefused
   */
  flush(): Promise<void> {
    this.#turn = this.#turn.catch(() => {}).then(() => this.#shipAll());
    return this.#turn;
  }

  async ship(rows: readonly string[]): Promise<void> {
    const { primary, rejected } = this.#options;
    try {
      const database = await primary.ready(new Set(rows.map(monthIn)));
      this.#shipped += await insertRows(database, rows);
    } catch (error) {
      if (!(error instanceof StatementRefused) || !error.forGood) throw error;
      // Its partition may have been dropped since it was seen.
      if (error.code === checkViolation) primary.forgetMonths();
      if (rows.length > 1) {
        const half = Math.ceil(rows.length / 2);
        await this.ship(rows.slice(0, half));
        await this.ship(rows.slice(half));
      } else await this.#lastTry(rows, (problem) => rejected(rows[0] ?? "", problem));
    }
  }

  async #lastTry(rows: readonly string[], reject: (problem: string) => void): Promise<void> {
    try {
      this.#shipped += await insertRows(await this.#options.primary.ready(rows.map(monthIn)), rows);
    } catch (error) {
      if (!(error instanceof StatementRefused) || !error.forGood) throw error;
      reject(error.message);
    }
  }

  async #shipAll(): Promise<void> {
    const { next, batchRows, changed, before } = this.#options;
    try {
      await before();
      for (;;) {
        const batch = await next(batchRows);
        if (batch === undefined) break;
        await this.ship(batch.rows);
        await batch.done();
      }
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      this.#failures++;
      if (this.#problem === undefined) changed(problem);
      this.#problem = problem;
      throw error;
    }
    this.#failures = 0;
    if (this.#problem !== undefined) changed(undefined);
    this.#problem = undefined;
  }

  #schedule(waitMs: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.flush()
        .catch(() => {})
        .finally(() => this.#schedule(this.#nextWait()));
    }, waitMs);
    this.#timer.unref();
  }

  #nextWait(): number {
    if (this.#failures === 0) return this.#options.intervalMs;
    const bound = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(this.#failures - 1, 10));
    return bound / 2 + (Math.random() * bound) / 2;
  }
}
