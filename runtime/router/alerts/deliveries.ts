import { setTimeout as sleep } from "node:timers/promises";
import { backoffMs } from "../reliability/index.ts";
import { within } from "../within.ts";
import { type Webhook, WebhookFailed } from "./webhook.ts";

export type DeliveryOutcome = "sent" | "failed";

interface Patience {
  readonly retries: number;
  readonly baseMs: number;
  readonly capMs: number;
}

/** Messages that are being delivered at the same time; what is more is not taken up before there is room. */
const mostWaiting = 100;
/** A receiver that asks for a longer pause does not get it; milliseconds. */
const longestPauseMs = 300_000;

/** Delivers messages to a webhook, each again with a growing pause until it is taken or given up. */
export class Deliveries {
  readonly #webhook: Webhook;
  readonly #patience: Patience;
  readonly #givenUp: (problem: string, waiting: number) => void;
  readonly #under = new Set<Promise<void>>();
  /** Ends the pauses between attempts. */
  readonly #stopping = new AbortController();
  /** Ends attempts. */
  readonly #cut = new AbortController();
  #problem: string | undefined;

  constructor(webhook: Webhook, patience: Patience, givenUp: (problem: string, waiting: number) => void) {
    this.#webhook = webhook;
    this.#patience = patience;
    this.#givenUp = givenUp;
  }

  get full(): boolean {
    return this.#under.size >= mostWaiting;
  }

  get waiting(): number {
    return this.#under.size;
  }

  /** Why the last attempt failed; undefined where it did not. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** @param ended not called where this is closed before */
  add(id: string, body: string, ended: (outcome: DeliveryOutcome) => void): void {
    const delivery = this.#deliver(id, body).then((outcome) => {
      this.#under.delete(delivery);
      if (outcome) ended(outcome);
    });
    this.#under.add(delivery);
  }

  /** Ends by itself, once everything is delivered or given up. */
  async retire(): Promise<void> {
    while (this.#under.size > 0) await Promise.all(this.#under);
    await this.#webhook.close();
  }

  /** Attempts that are under way get this long; nothing is tried again. */
  async close(timeoutMs: number): Promise<void> {
    this.#stopping.abort();
    await within(timeoutMs, Promise.all(this.#under), undefined);
    this.#cut.abort();
    await Promise.all(this.#under);
    await this.#webhook.close();
  }

  async #deliver(id: string, body: string): Promise<DeliveryOutcome | undefined> {
    const { retries, baseMs, capMs } = this.#patience;
    for (let retry = 0; ; retry++) {
      try {
        await this.#webhook.post(id, body, this.#cut.signal);
        this.#problem = undefined;
        return "sent";
      } catch (error) {
        if (this.#stopping.signal.aborted) return undefined;
        this.#problem = error instanceof WebhookFailed ? error.message : "failed";
        if (retry >= retries) {
          this.#givenUp(this.#problem, this.#under.size - 1);
          return "failed";
        }
        const asked = error instanceof WebhookFailed ? error.retryAfterMs : undefined;
        const waitMs = backoffMs(retry, { baseMs, capMs }, asked && Math.min(asked, longestPauseMs));
        const stopped = await sleep(waitMs, false, { ref: false, signal: this.#stopping.signal }).catch(() => true);
        if (stopped) return undefined;
      }
    }
  }
}
