import { join } from "node:path";
import type { Logger } from "pino";
import type { LedgerConfig } from "../../config/index.ts";
import type { Database } from "./database/database.ts";
import { dropOld } from "./database/partitions.ts";
import { Primary } from "./database/primary.ts";
import { Reads } from "./database/reads.ts";
import type { LedgerHealth } from "./health.ts";
import { Aside } from "./journal/aside.ts";
import { newFolder } from "./journal/folders.ts";
import { Journal } from "./journal/journal.ts";
import { JournalSync } from "./journal/journal-sync.ts";
import { Orphans } from "./orphans.ts";
import { type Periods, type Rebuilt, rebuild } from "./rebuild.ts";
import { type CostQuery, type CostReport, costs } from "./reports/costs.ts";
import { type RequestQuery, type RequestReport, requests } from "./reports/requests.ts";
import { type SeriesCell, type SeriesQuery, series } from "./reports/series.ts";
import { type AttemptRow, encodeOpen, encodeRow, type LedgerSource, type OpenAttempt } from "./row.ts";
import { Shipper } from "./store/shipper.ts";

export interface LedgerParts {
  readonly config: LedgerConfig;
  readonly source: LedgerSource;
  /** Absolute; undefined keeps everything that no server has in memory. */
  readonly directory: string | undefined;
  readonly open: () => Promise<Database>;
  readonly kind: Database["kind"];
  readonly replica: Database | undefined;
  readonly log: Pick<Logger, "info" | "warn" | "error">;
  readonly now?: () => number;
}

/** Partitions are made and dropped, and journals of dead routers looked for, this often; milliseconds. */
const upkeepMs = 30_000;

/**
 * What every attempt at a provider cost, each exactly once: written down on this machine before the attempt is made,
 * brought to the database in batches, and read again as reports. Nothing here is waited for on the way of a request.
 */
export class Ledger {
  readonly #parts: LedgerParts;
  readonly #journal: Journal;
  readonly #sync: JournalSync;
  readonly #primary: Primary;
  readonly #reads: Reads;
  readonly #shipper: Shipper;
  readonly #orphans: Orphans | undefined;
  readonly #now: () => number;
  readonly #folder: string | undefined;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #counts = { corrupt: 0, rejected: 0 };
  #dropped = Number.NEGATIVE_INFINITY;

  /** @throws the system's error where the folder can't be used */
  constructor(parts: LedgerParts) {
    const { config, directory, source, log } = parts;
    this.#parts = parts;
    this.#now = parts.now ?? Date.now;
    this.#primary = new Primary(parts.open, this.#now);
    this.#reads = new Reads(this.#primary, parts.replica, (problem) => log.warn({ problem }, "ledger replica"));
    const journals = directory === undefined ? undefined : join(directory, "journal");
    const aside = directory === undefined ? undefined : new Aside(join(directory, "aside"), this.#keptAside);
    const folder = journals === undefined ? undefined : newFolder(journals);
    this.#folder = folder;
    const { segmentBytes, maxBytes, memoryRecords, syncMs } = config.journal;
    this.#journal = new Journal({ folder, segmentBytes, maxBytes, memoryRecords, aside });
    this.#sync = new JournalSync(this.#journal, log);
    const { rows: batchRows, intervalMs } = config.batch;
    this.#shipper = new Shipper({
      primary: this.#primary,
      next: (most) => this.#journal.next(most),
      batchRows,
      intervalMs,
      rejected: (row, problem) => {
        if (aside) aside.put("rejected", row);
        else this.#counts.rejected++;
        log.error({ problem }, "ledger: the database takes no such row");
      },
      changed: (problem) => {
        if (problem === undefined) log.info("ledger: the database takes rows again");
        else log.error({ problem }, "ledger: the database takes no rows; they wait");
      },
      before: async () => {
        await this.#orphans?.recover();
        await this.#dropOld();
      },
    });
    const ship = (rows: readonly string[]) => this.#shipper.ship(rows);
    if (journals !== undefined && aside !== undefined) {
      this.#orphans = new Orphans({ directory: journals, log, recovery: { source, aside, batchRows, ship } });
      this.#orphans.look();
    }
    this.#every(syncMs, () => this.#sync.run());
    this.#every(upkeepMs, () => this.#orphans?.look());
    this.#shipper.start();
  }

  /**
   * Writes down that an attempt is about to be made, so that it is settled even if this router dies. Takes some
   * microseconds; what it wrote outlives this process at once.
   *
   * @returns whether a paid attempt may be made: false where nothing more can be written down
   */
  begin(attempt: OpenAttempt): boolean {
    const { writable } = this.#journal;
    if (writable) this.#journal.begin(encodeOpen(attempt));
    return writable;
  }

  /** Adds what became of an attempt, whether or not it was begun by `begin`. Takes some microseconds. */
  append(row: AttemptRow): void {
    this.#journal.row(encodeRow(row, this.#parts.source));
  }

  /** Whether one more paid attempt can be written down. */
  get writable(): boolean {
    return this.#journal.writable;
  }

  /**
   * Its database, for what else has to be kept there: at this router's schema, opened where it isn't yet.
   *
   * @throws DatabaseUnavailable, StatementRefused
   */
  database(): Promise<Database> {
    return this.#primary.ready();
  }

  get kind(): Database["kind"] {
    return this.#parts.kind;
  }

  /** Whose rows it writes. */
  get stack(): string {
    return this.#parts.source.stack;
  }

  /** Absolute; undefined where nothing is kept on this machine. */
  get directory(): string | undefined {
    return this.#parts.directory;
  }

  get health(): LedgerHealth {
    const { directory, kind } = this.#parts;
    const journal = this.#journal;
    return {
      writable: journal.writable,
      database: {
        kind,
        folder: kind === "embedded" && directory !== undefined ? join(directory, "database") : undefined,
        problem: this.#shipper.problem,
      },
      journal: {
        folder: this.#folder,
        problem: journal.problem,
        bytes: journal.bytes,
        inMemory: journal.inMemory,
      },
      openAttempts: journal.openCount,
      counts: {
        shipped: this.#shipper.shipped,
        lost: journal.lost,
        ...this.#counts,
        ...(this.#orphans?.counts ?? { recovered: 0, abandoned: 0, torn: 0 }),
      },
    };
  }

  /**
   * Resolves once the database has every row that was appended before, and those of dead routers.
   *
   * @throws DatabaseUnavailable
   */
  flush(): Promise<void> {
    return this.#shipper.flush();
  }

  /**
   * What was spent since the beginning of each period, and what is open: all that counters of budgets are made of.
   *
   * @param recentMs ids are told of what ended no longer ago than this
   * @throws DatabaseUnavailable; then nobody knows what was spent
   */
  async rebuild(periods: Periods, recentMs = 600_000): Promise<Rebuilt> {
    const open = this.#journal.open();
    await this.flush();
    const { stack } = this.#parts.source;
    return (
      await this.#reads.readPrimary((queries) => rebuild(queries, { stack, periods, open, recentMs, now: this.#now() }))
    ).value;
  }

  /** @throws ReportProblem where the query can't be answered, DatabaseUnavailable */
  async costs(query: CostQuery): Promise<CostReport> {
    const { value, from } = await this.#reads.read((queries) => costs(queries, query));
    return { ...value, readFrom: from };
  }

  /** @throws ReportProblem where the query can't be answered, DatabaseUnavailable */
  async requests(query: RequestQuery): Promise<RequestReport> {
    const { value, from } = await this.#reads.read((queries) => requests(queries, query));
    return { ...value, readFrom: from };
  }

  /**
   * Several series of one moment.
   *
   * @throws DatabaseUnavailable
   */
  async series(queries: readonly SeriesQuery[]): Promise<readonly (readonly SeriesCell[])[]> {
    const { value } = await this.#reads.read(async (reads) => {
      const told: SeriesCell[][] = [];
      for (const query of queries) told.push(await series(reads, query));
      return told;
    });
    return value;
  }

  /**
   * Brings what is left to the database, for so long; what it doesn't have then stays in the journal for the next
   * router.
   *
   * @returns whether the database has everything
   */
  async close({ timeoutMs }: { readonly timeoutMs: number }): Promise<boolean> {
    this.#shipper.stop();
    for (const timer of this.#timers) clearInterval(timer);
    const deadline = new Promise<false>((resolve) => setTimeout(resolve, timeoutMs, false).unref());
    const flushed = this.flush().then(
      () => true,
      () => false,
    );
    const whole = await Promise.race([flushed, deadline]);
    await this.#journal.close({ removeFolder: whole }).catch((error: unknown) => this.#sync.failed(error));
    await Promise.race([Promise.allSettled([this.#reads.close(), this.#primary.close()]), deadline]);
    return whole;
  }

  readonly #keptAside = (reason: "corrupt" | "rejected", file: string): void => {
    this.#counts[reason]++;
    this.#parts.log.error({ reason, file }, "ledger: kept aside");
  };

  #every(milliseconds: number, work: () => unknown): void {
    this.#timers.push(setInterval(work, milliseconds).unref());
  }

  /** Waits for nobody: a long report may be reading what is to be dropped. */
  async #dropOld(): Promise<void> {
    if (performance.now() - this.#dropped < upkeepMs) return;
    const { config, log } = this.#parts;
    const database = await this.#primary.ready();
    this.#dropped = performance.now();
    try {
      const months = await dropOld(database, config.retentionMonths, this.#now());
      if (months.length > 0) log.info({ months }, "ledger: dropped what is older than the retention");
    } catch (error) {
      log.warn({ problem: (error as Error).message }, "ledger: what is older than the retention can't be dropped now");
    }
  }
}
