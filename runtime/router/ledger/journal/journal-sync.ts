import type { Logger } from "pino";
import type { Journal } from "./journal.ts";

/** Brings what a journal has to the disk at intervals, and says when it takes no records and when it does again. */
export class JournalSync {
  readonly #journal: Journal;
  readonly #log: Pick<Logger, "info" | "error">;
  #told: string | undefined;

  constructor(journal: Journal, log: Pick<Logger, "info" | "error">) {
    this.#journal = journal;
    this.#log = log;
  }

  async run(): Promise<void> {
    this.#journal.retry();
    this.#tell(this.#journal.problem);
    await this.#journal.sync().catch((error: unknown) => this.failed(error));
  }

  failed(error: unknown): void {
    this.#tell((error as NodeJS.ErrnoException).code ?? "unknown");
  }

  #tell(problem: string | undefined): void {
    if (problem === this.#told) return;
    this.#told = problem;
    if (problem === undefined) this.#log.info("ledger: the journal takes records again");
    else this.#log.error({ problem }, "ledger: the journal takes no records; they wait in memory");
  }
}
