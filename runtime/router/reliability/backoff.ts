import type { RetryConfig } from "../../config/index.ts";

const slotMs = 1_000;
const slots = 10;

/**
 * Keeps retries a small share of the requests of the last ten seconds, so that a backend that is in trouble is not
 * asked several times as much as one that is well.
 */
export class RetryBudget {
  readonly #config: RetryConfig;
  readonly #now: () => number;
  readonly #requests = new Array<number>(slots).fill(0);
  readonly #retries = new Array<number>(slots).fill(0);
  #slot: number;

  constructor(config: RetryConfig, now: () => number = () => performance.now()) {
    this.#config = config;
    this.#now = now;
    this.#slot = this.#current();
  }

  request(): void {
    this.#add(this.#requests);
  }

  /** Whether one more retry is within the budget; takes it where it is. */
  take(): boolean {
    this.#advance();
    const { budgetMinimum, budgetPercent } = this.#config;
    const allowed = Math.max(budgetMinimum, (sum(this.#requests) * budgetPercent) / 100);
    if (sum(this.#retries) + 1 > allowed) return false;
    this.#add(this.#retries);
    return true;
  }

  #add(counts: number[]): void {
    this.#advance();
    const at = this.#slot % slots;
    counts[at] = (counts[at] ?? 0) + 1;
  }

  #advance(): void {
    const current = this.#current();
    for (let slot = Math.max(this.#slot + 1, current - slots + 1); slot <= current; slot++) {
      this.#requests[slot % slots] = 0;
      this.#retries[slot % slots] = 0;
    }
    this.#slot = current;
  }

  #current(): number {
    return Math.floor(this.#now() / slotMs);
  }
}

/**
 * How long to wait before a retry: full jitter (a random time between 0 and the exponential bound), and never less
 * than what the provider asked for; a provider's pause is spread as well, so that not all come back at once.
 *
 * @param retry counts from 0
 * @returns milliseconds
 */
export function backoffMs(
  retry: number,
  { baseMs, capMs }: Pick<RetryConfig, "baseMs" | "capMs">,
  retryAfterMs = 0,
  random: () => number = Math.random,
): number {
  const bound = Math.min(capMs, baseMs * 2 ** Math.min(retry, 30));
  return retryAfterMs + Math.round(random() * bound);
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
