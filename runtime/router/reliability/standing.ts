import type { RouterConfig } from "../../config/index.ts";
import type { UpstreamFailure } from "../providers/failure.ts";
import type { Vitals } from "../vitals.ts";
import { Breaker, type Permit } from "./breaker.ts";
import { Predictor } from "./predictor.ts";

type Rules = Pick<RouterConfig, "breaker" | "predictive">;

/** What is known of one target by how its attempts went. */
export class Standing {
  readonly breaker: Breaker;
  readonly predictor: Predictor;
  readonly #vitals: Vitals;
  #streamedAt = Number.NEGATIVE_INFINITY;
  #answeredAt = Number.NEGATIVE_INFINITY;
  #failing = false;
  readonly #measure: RouterConfig["predictive"]["measure"];

  constructor(rules: Rules, vitals: Vitals) {
    this.breaker = new Breaker(rules.breaker);
    this.predictor = new Predictor(rules.predictive);
    this.#measure = rules.predictive.measure;
    this.#vitals = vitals;
  }

  /** When a first token came last; on the clock of `performance.now()`. */
  get answeredAt(): number {
    return this.#answeredAt;
  }

  /** A stream is asked for. */
  streamed(): void {
    this.#streamedAt = performance.now();
  }

  /**
   * Whether streams tell how the target is just now, and tell well: then an answer that nobody wants as a stream need
   * not be one.
   *
   * @param withinMs a stream that was asked for longer ago tells nothing of now
   */
  witnessed(withinMs: number): boolean {
    if (performance.now() - this.#streamedAt >= withinMs || this.#failing) return false;
    return this.#answeredAt > 0 && this.breaker.state === "closed" && this.predictor.well;
  }

  /** The first token came after so many milliseconds. */
  answered(permit: Permit, milliseconds: number): void {
    this.#answeredAt = performance.now();
    this.breaker.answered(permit);
    this.#vitals.answered(milliseconds);
    if (this.#measure === "first_token") this.predictor.add(milliseconds);
  }

  /** The answer was whole after so many milliseconds. */
  succeeded(permit: Permit, milliseconds: number): void {
    this.#failing = false;
    this.breaker.succeeded(permit);
    if (this.#measure === "full_response") this.predictor.add(milliseconds);
  }

  /** @param answered whether the first token had come */
  failed(permit: Permit, failure: UpstreamFailure, milliseconds: number, answered: boolean): void {
    // A request that was refused says nothing about who refused it.
    if (failure.consequence === "reject") {
      this.breaker.released(permit);
      return;
    }
    this.#failing = true;
    this.breaker.failed(permit, failure.retryAfterMs, failure.limited);
    this.#vitals.failed(failure);
    // A wait that ended in a deadline was at least as slow as this; a refusal is fast and proves nothing.
    if (!answered && failure.slow) this.predictor.add(milliseconds);
  }

  released(permit: Permit): void {
    this.breaker.released(permit);
  }
}

/** The standing of every target that was ever asked, by `<backend>/<model>`. */
export class Standings {
  readonly #rules: Rules;
  readonly #known = new Map<string, Map<string, Standing>>();

  constructor(rules: Rules) {
    this.#rules = rules;
  }

  of(backend: { readonly name: string; readonly vitals: Vitals }, model: string): Standing {
    let models = this.#known.get(backend.name);
    if (!models) {
      models = new Map();
      this.#known.set(backend.name, models);
    }
    const known = models.get(model);
    if (known) return known;
    const made = new Standing(this.#rules, backend.vitals);
    models.set(model, made);
    return made;
  }

  *entries(): Iterable<[string, Standing]> {
    for (const [backend, models] of this.#known) {
      for (const [model, standing] of models) yield [`${backend}/${model}`, standing];
    }
  }
}
