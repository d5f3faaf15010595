import { Canceller, type CancelSignal } from "./cancel.ts";
import { UpstreamFailure } from "./providers/failure.ts";

/** The client went away: nobody waits for the answer any more. */
export class ClientGone extends Error {
  override readonly name = "ClientGone";

  constructor() {
    super("the client closed the connection");
  }
}

/** Nobody gets to see it: one for all spares each request the making of a stack trace. */
const over = new UpstreamFailure("the attempt is over");

/**
 * The deadlines of one attempt and the signal that ends it: one for what is waited for now, one for the whole, and the
 * client's own. The signal's reason is the failure.
 */
export class AttemptClock {
  readonly #ending = new Canceller();
  readonly #client: CancelSignal;
  readonly #total: NodeJS.Timeout;
  #stage: NodeJS.Timeout | undefined;
  #paused = false;
  #giveUp: ((reason: Error) => void) | undefined;

  constructor(client: CancelSignal, totalMs: number) {
    this.#client = client;
    this.#total = setTimeout(() => this.#expire(`no whole answer within ${totalMs} ms`), totalMs);
    if (client.aborted) this.#clientGone();
    else client.addEventListener("abort", this.#clientGone, { once: true });
  }

  get signal(): CancelSignal {
    return this.#ending;
  }

  /** Starts to wait for something; the wait before it is over. */
  await(what: string, milliseconds: number): void {
    clearTimeout(this.#stage);
    this.#paused = false;
    this.#stage = setTimeout(() => {
      if (this.#paused) this.#stage?.refresh();
      else this.#expire(`no ${what} within ${milliseconds} ms`);
    }, milliseconds);
  }

  /** Waits for a provider, one thing at a time; one that does not heed the signal can't hold the request. */
  until<T>(pending: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#ending.aborted) reject(this.#ending.reason);
      // One promise for all that can happen: this runs for each part of each answer.
      this.#giveUp = reject;
      pending.then(resolve, reject);
    });
  }

  /** What was waited for has come, and a slow client has it now: that time is not the provider's. */
  pause(): void {
    this.#paused = true;
  }

  /** The same is waited for again, from now on. */
  again(): void {
    this.#paused = false;
    this.#stage?.refresh();
  }

  /** Ends the attempt: no deadline fires any more, and an upstream that still sends is cut off. */
  end(): void {
    this.#stop(over);
  }

  readonly #clientGone = () => this.#stop(new ClientGone());

  #expire(message: string): void {
    this.#stop(new UpstreamFailure(message, { slow: true }));
  }

  #stop(reason: Error): void {
    clearTimeout(this.#stage);
    clearTimeout(this.#total);
    this.#client.removeEventListener("abort", this.#clientGone);
    this.#ending.abort(reason);
    this.#giveUp?.(reason);
  }
}
