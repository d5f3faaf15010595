import type { BreakerConfig } from "../../config/index.ts";

export type BreakerState = "closed" | "open" | "half_open";

/** The right to make one attempt. */
export interface Permit {
  /** The one attempt by which an open breaker finds out whether its target is well again. */
  readonly probe: boolean;
}

/**
 * The circuit breaker of one target. Closed, it counts failures in a row; at the threshold it opens and refuses. After
 * the recovery time one attempt may probe: an answer closes it, a failure opens it again.
 *
 * Libraries wrap one promise. An answer that streams succeeds twice, with its first token and with its end, and can
 * fail between the two: that is why this is ours.
 */
export class Breaker {
  readonly #config: BreakerConfig;
  readonly #now: () => number;
  #failures = 0;
  /** Of the failures in a row: none was anything but a limit of requests. */
  #onlyLimits = true;
  #openUntil: number | undefined;
  #limited = false;
  #probing = false;

  /** @param now milliseconds of a clock that never goes back */
  constructor(config: BreakerConfig, now: () => number = () => performance.now()) {
    this.#config = config;
    this.#now = now;
  }

  get state(): BreakerState {
    if (this.#openUntil === undefined) return "closed";
    return this.#probing || this.#now() >= this.#openUntil ? "half_open" : "open";
  }

  /** Milliseconds until an attempt may probe; 0 where one may now. */
  get nextProbeMs(): number {
    return this.#openUntil === undefined ? 0 : Math.max(0, Math.ceil(this.#openUntil - this.#now()));
  }

  /** What opened it was the target's limit of requests, and nothing else. */
  get limited(): boolean {
    return this.#openUntil !== undefined && this.#limited;
  }

  /** Undefined where nothing may be asked. Each permit ends with `succeeded`, `failed` or `released`. */
  acquire(): Permit | undefined {
    if (this.#openUntil === undefined) return { probe: false };
    if (this.#probing || this.#now() < this.#openUntil) return undefined;
    this.#probing = true;
    return { probe: true };
  }

  /** The first token has come: a probe has its answer. One failure more, before any success, opens it again. */
  answered(permit: Permit): void {
    if (!permit.probe || !this.#probing) return;
    this.#close(this.#config.failureThreshold - 1);
  }

  /** The answer is whole. */
  succeeded(permit: Permit): void {
    if (this.#openUntil === undefined || (permit.probe && this.#probing)) this.#close(0);
  }

  /**
   * @param pauseMs the provider asks to be left alone for so long: it opens at once
   * @param limited the provider has had enough requests for now
   */
  failed(permit: Permit, pauseMs = 0, limited = false): void {
    this.#failures++;
    this.#onlyLimits &&= limited;
    const ends = this.#openUntil === undefined || permit.probe;
    if (permit.probe) this.#probing = false;
    if (pauseMs > 0) this.#open(pauseMs, limited);
    else if (ends && this.#failures >= this.#config.failureThreshold) {
      this.#open(this.#config.recoveryMs, this.#onlyLimits);
    }
  }

  /** The attempt ended without a verdict on the target: the client went away, or its request was refused. */
  released(permit: Permit): void {
    if (permit.probe) this.#probing = false;
  }

  #open(milliseconds: number, limited: boolean): void {
    const until = this.#now() + milliseconds;
    if (this.#openUntil !== undefined && until <= this.#openUntil) return;
    this.#openUntil = until;
    this.#limited = limited;
  }

  #close(failures: number): void {
    this.#failures = failures;
    if (failures === 0) this.#onlyLimits = true;
    this.#openUntil = undefined;
    this.#probing = false;
  }
}
