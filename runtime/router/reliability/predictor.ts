import type { PredictiveConfig } from "../../config/index.ts";

/** Whether a request should go to the target: `sample` goes there although it is slow, to see how it is. */
export type Advice = "stay" | "switch" | "sample";

/** Of the window: so many new samples decide that a slow target is well again. */
const recoveryShare = 0.3;

/**
 * Foresees that a target will fail by its last response times (R5). It turns slow when the average of a full window is
 * above the threshold, and back when the average of new samples is below a lower one; in between it stays what it is.
 */
export class Predictor {
  readonly #config: PredictiveConfig;
  readonly #now: () => number;
  /** The last response times, oldest first; since it turned slow only those after. */
  #times: number[] = [];
  #slow = false;
  #sampledAt = 0;

  constructor(config: PredictiveConfig, now: () => number = () => performance.now()) {
    this.#config = config;
    this.#now = now;
  }

  get slow(): boolean {
    return this.#slow;
  }

  /** Known to be fast enough, by as many response times as it takes to say so. */
  get well(): boolean {
    return !this.#config.enabled || (!this.#slow && this.#times.length === this.#config.window);
  }

  /** Milliseconds; undefined before the first. */
  get average(): number | undefined {
    const { length } = this.#times;
    return length === 0 ? undefined : this.#times.reduce((sum, time) => sum + time, 0) / length;
  }

  /** @param milliseconds to the first token or to the whole answer, as `measure` says */
  add(milliseconds: number): void {
    const { window, thresholdMs, recoverBelowMs } = this.#config;
    this.#times.push(milliseconds);
    if (this.#times.length > window) this.#times.shift();
    const average = this.average ?? 0;
    if (!this.#slow && this.#times.length === window && average > thresholdMs) this.#turn(true);
    else if (this.#slow && this.#times.length >= Math.ceil(window * recoveryShare)) {
      if (average < recoverBelowMs) this.#turn(false);
      // Old samples must not hold back a target that is well again.
      else this.#times.shift();
    }
  }

  /** Asked once for each request that could go here. */
  advise(): Advice {
    if (!this.#config.enabled || !this.#slow) return "stay";
    if (this.#now() - this.#sampledAt < this.#config.sampleEveryMs) return "switch";
    this.#sampledAt = this.#now();
    return "sample";
  }

  #turn(slow: boolean): void {
    this.#slow = slow;
    this.#times = [];
    this.#sampledAt = this.#now();
  }
}
