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

/** A timer that is set for each thing that is waited for costs more than one that looks now and then; milliseconds. */
const lookEveryMs = 1_000;

/**
 * The deadlines of one attempt and the signal that ends it: one for what is waited for now, one for the whole, and the
 * client's own. The signal's reason is the failure.
 */
export class AttemptClock {
  readonly #ending = new Canceller();
  readonly #client: CancelSignal;
  readonly #total: Wait;
  #stage: Wait | undefined;
  #paused = false;
  /** One for all that is waited for; it looks once a second, and sooner only where something ends sooner. */
  #timer: NodeJS.Timeout | undefined;
  #firesAt = Number.POSITIVE_INFINITY;
  #giveUp: ((reason: Error) => void) | undefined;

  constructor(client: CancelSignal, totalMs: number) {
    this.#client = client;
    this.#total = { what: "whole answer", milliseconds: totalMs, endsAt: performance.now() + totalMs };
    this.#arm();
    if (client.aborted) this.#clientGone();
    else client.addEventListener("abort", this.#clientGone, { once: true });
  }

  get signal(): CancelSignal {
    return this.#ending;
  }

  /**
   * Starts to wait for something; the wait before it is over.
   *
   * @param signOfLife when there was one that puts the end off; on the clock of `performance.now()`
   */
  await(what: string, milliseconds: number, signOfLife?: () => number): void {
    this.#paused = false;
    this.#stage = { what, milliseconds, endsAt: performance.now() + milliseconds, signOfLife };
    this.#arm();
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
    if (!this.#stage) return;
    this.#stage.endsAt = performance.now() + this.#stage.milliseconds;
    this.#arm();
  }

  /** Ends the attempt: no deadline fires any more, and an upstream that still sends is cut off. */
  end(): void {
    this.#stop(over);
  }

  readonly #clientGone = () => this.#stop(new ClientGone());

  #arm(): void {
    const stageEndsAt = this.#stage === undefined || this.#paused ? Number.POSITIVE_INFINITY : this.#stage.endsAt;
    const endsAt = Math.min(stageEndsAt, this.#total.endsAt);
    if (endsAt >= this.#firesAt || this.#ending.aborted) return;
    clearTimeout(this.#timer);
    const now = performance.now();
    this.#firesAt = Math.min(endsAt, now + lookEveryMs);
    this.#timer = setTimeout(this.#fire, Math.max(1, this.#firesAt - now));
  }

  readonly #fire = () => {
    this.#firesAt = Number.POSITIVE_INFINITY;
    const now = performance.now();
    const stage = this.#paused ? undefined : this.#stage;
    if (stage?.signOfLife) stage.endsAt = Math.max(stage.endsAt, stage.signOfLife() + stage.milliseconds);
    const missed = [this.#total, stage].find((wait) => wait !== undefined && wait.endsAt <= now);
    if (missed) this.#stop(new UpstreamFailure(`no ${missed.what} within ${missed.milliseconds} ms`, { slow: true }));
    else this.#arm();
  };

  #stop(reason: Error): void {
    clearTimeout(this.#timer);
    this.#client.removeEventListener("abort", this.#clientGone);
    this.#ending.abort(reason);
    this.#giveUp?.(reason);
  }
}

interface Wait {
  readonly what: string;
  readonly milliseconds: number;
  /** On the clock of `performance.now()`. */
  endsAt: number;
  readonly signOfLife?: (() => number) | undefined;
}
