import type { Logger } from "pino";
import { DatabaseUnavailable, StatementRefused } from "./database/database.ts";
import { claimOrphans, foreignFolders } from "./journal/folders.ts";
import { type Recovery, recover } from "./journal/orphan.ts";

export interface OrphansOptions {
  /** The folder of all journals of this machine. */
  readonly directory: string;
  readonly recovery: Recovery;
  readonly log: Pick<Logger, "info" | "warn" | "error">;
}

/** The journals of routers of this machine that died: taken over, brought to the database, removed. */
export class Orphans {
  readonly #options: OrphansOptions;
  readonly #waiting = new Set<string>();
  readonly #told = new Set<string>();
  readonly counts = { recovered: 0, abandoned: 0, torn: 0 };

  constructor(options: OrphansOptions) {
    this.#options = options;
  }

  look(): void {
    const { directory, log } = this.#options;
    try {
      for (const folder of claimOrphans(directory)) this.#waiting.add(folder);
      for (const folder of foreignFolders(directory)) {
        if (this.#told.has(folder)) continue;
        this.#told.add(folder);
        log.warn({ folder }, "ledger: a journal of another machine is left alone; give each machine its own directory");
      }
    } catch (error) {
      log.error({ problem: (error as NodeJS.ErrnoException).code }, "ledger: journals can't be looked for");
    }
  }

  /** @throws DatabaseUnavailable, StatementRefused; a folder that can't be read doesn't hold up the others */
  async recover(): Promise<void> {
    const { recovery, log } = this.#options;
    for (const folder of this.#waiting) {
      try {
        const { rows, abandoned, torn } = await recover(folder, recovery);
        this.#waiting.delete(folder);
        this.counts.recovered++;
        this.counts.abandoned += abandoned;
        this.counts.torn += torn;
        log.warn({ rows, abandoned, torn }, "ledger: took over the journal of a router that is gone");
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (error instanceof DatabaseUnavailable || error instanceof StatementRefused) throw error;
        if (!this.#told.has(folder)) log.error({ problem: code, folder }, "ledger: a journal can't be taken over");
        this.#told.add(folder);
      }
    }
  }
}
