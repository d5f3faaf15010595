import type { Nanos } from "../../amount.ts";

/** A reservation that this router has made, as the scripts write it, and the life of the counters that it was made in. */
export interface Made {
  readonly record: string;
  readonly epoch: string;
  readonly expiresAt: number;
}

/** What an attempt cost. */
export interface Settlement {
  readonly id: string;
  readonly amount: Nanos;
  readonly estimated: boolean;
  readonly at: number;
  readonly made: Made | undefined;
}

/** So long a settlement is told again to counters that were rebuilt; milliseconds. */
const recentMs = 60_000;
/** Enough for an hour without Redis at 30 attempts a second; what is left out is counted in full when it expires. */
const mostKept = 100_000;

/** What this router knows of its attempts, so that counters that lost it can hear it again. */
export class Outbox {
  readonly #open = new Map<string, Made>();
  readonly #unconfirmed = new Map<string, Settlement>();
  readonly #recent = new Map<string, Settlement>();

  get open(): ReadonlyMap<string, Made> {
    return this.#open;
  }

  /** Not known to have arrived. */
  get unconfirmed(): ReadonlyMap<string, Settlement> {
    return this.#unconfirmed;
  }

  made(id: string, made: Made): void {
    this.#open.set(id, made);
  }

  /** Lets go of attempts that never ended; Redis has counted them long ago. */
  forget(expiredBefore: number): void {
    for (const [id, { expiresAt }] of this.#open) if (expiresAt < expiredBefore) this.#open.delete(id);
  }

  /** The attempt is over: from here on it is settled, whatever happens to Redis. */
  settle(id: string, amount: Nanos, estimated: boolean, at: number): Settlement {
    const settlement = { id, amount, estimated, at, made: this.#open.get(id) };
    this.#open.delete(id);
    this.add(settlement);
    return settlement;
  }

  add(settlement: Settlement): void {
    this.#unconfirmed.set(settlement.id, settlement);
    trim(this.#unconfirmed);
  }

  confirmed(settlement: Settlement, now: number): void {
    this.#unconfirmed.delete(settlement.id);
    this.#recent.set(settlement.id, settlement);
    trim(this.#recent);
    for (const [id, { at }] of this.#recent) {
      if (at >= now - recentMs) break;
      this.#recent.delete(id);
    }
  }

  /** Everything that a new life of the counters may have missed. */
  *toTell(): Generator<Settlement> {
    yield* this.#recent.values();
    yield* this.#unconfirmed.values();
  }
}

function trim(kept: Map<string, Settlement>): void {
  const [oldest] = kept.keys();
  if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
}
