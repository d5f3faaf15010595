import type { Database } from "../ledger/index.ts";
import { type AuditEntry, insertAudit } from "./store/audit.ts";

/** So many wait for the database; each is in the log, too. */
const most = 1_000;

/** Refusals on their way to the audit log. What was done is written with what it did; this is for what was not. */
export class AuditTrail {
  #waiting: AuditEntry[] = [];
  /** Those that had no room. */
  #lost = 0;

  add(entry: AuditEntry): void {
    if (this.#waiting.length < most) this.#waiting.push(entry);
    else this.#lost++;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** @throws DatabaseUnavailable; then they wait on */
  async flush(database: Database, stack: string): Promise<void> {
    if (this.isEmpty) return;
    const [entries, lost] = [this.#waiting, this.#lost];
    this.#waiting = [];
    this.#lost = 0;
    const told: AuditEntry[] = lost === 0 ? entries : [...entries, missing(lost)];
    try {
      await insertAudit(database, stack, told);
    } catch (error) {
      this.#waiting = [...entries, ...this.#waiting].slice(0, most);
      this.#lost += lost;
      throw error;
    }
  }
}

/** What is missing is told where it is missing. */
const missing = (count: number): AuditEntry => ({
  at: Date.now(),
  by: "",
  action: "audit",
  object: "",
  outcome: "lost",
  requestId: "",
  detail: { refusals: count },
});
