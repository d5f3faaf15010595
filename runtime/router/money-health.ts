import type { ThrottleLevel, WebhookHealth } from "./alerts/index.ts";
import type { Spending } from "./spending/index.ts";
import { within } from "./within.ts";

/** How it is written down what attempts cost. */
export interface LedgerState {
  /** Whether one more paid attempt can be written down; where not none is made. */
  readonly writable: boolean;
  readonly database: "postgresql" | "embedded";
  /** Rows wait for the database; the log says why. */
  readonly waiting?: true;
  /** Why the journal takes no records: `full`, or the system's code such as ENOSPC. */
  readonly journal?: string;
}

export interface BudgetState {
  /** Whether it is known what was spent. */
  readonly known: boolean;
  readonly why?: string;
  /** What auto means to everybody, by the stack's budget. */
  readonly throttle: "none" | ThrottleLevel;
  /** Absent where nobody is told of budgets. */
  readonly webhook?: WebhookHealth;
}

/** An answer is good for this long, and no longer waited for; milliseconds. */
const ageMs = 1_000;
const patienceMs = 3_000;

/** Knows whether what requests cost can be counted and written down. */
export class MoneyHealth {
  readonly #spending: Spending;
  #last: { readonly at: number; readonly state: Promise<BudgetState> } | undefined;

  constructor(spending: Spending) {
    this.#spending = spending;
  }

  get ledger(): LedgerState | undefined {
    const health = this.#spending.ledger?.health;
    if (!health) return undefined;
    const { writable, database, journal } = health;
    return {
      writable,
      database: database.kind,
      // The words of a driver may hold an address, and nobody who asks has shown a key.
      ...(database.problem === undefined ? {} : { waiting: true }),
      ...(journal.problem === undefined ? {} : { journal: journal.problem }),
    };
  }

  /** All who ask within a second wait for the same answer. */
  budgets(): Promise<BudgetState> {
    if (!this.#last || performance.now() - this.#last.at >= ageMs) {
      this.#last = { at: performance.now(), state: this.#ask() };
    }
    return this.#last.state;
  }

  async #ask(): Promise<BudgetState> {
    const why = await within(patienceMs, this.#spending.trouble(), `no answer within ${patienceMs} ms`);
    const { watch, alerts } = this.#spending;
    const webhook = alerts?.health;
    return {
      ...(why === undefined ? { known: true } : { known: false, why }),
      throttle: watch.of("stack")?.throttle?.level ?? "none",
      ...(webhook ? { webhook } : {}),
    };
  }
}
