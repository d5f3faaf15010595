import { type AttemptClock, ClientGone } from "./attempt-clock.ts";
import { failureOfError, type UpstreamFailure } from "./providers/failure.ts";
import type { Permit, Standing } from "./reliability/index.ts";

/** Tells a target's standing, once, how an attempt went. */
export class Verdict {
  readonly #standing: Standing;
  readonly #permit: Permit;
  readonly #started: number;
  #answered = false;
  #over = false;

  constructor(standing: Standing, permit: Permit, started: number) {
    this.#standing = standing;
    this.#permit = permit;
    this.#started = started;
  }

  answered(): void {
    this.#answered = true;
    this.#standing.answered(this.#permit, performance.now() - this.#started);
  }

  succeeded(): void {
    if (this.#end()) this.#standing.succeeded(this.#permit, performance.now() - this.#started);
  }

  failed(failure: UpstreamFailure): void {
    if (this.#end()) this.#standing.failed(this.#permit, failure, performance.now() - this.#started, this.#answered);
  }

  /** Nobody waits for the answer any more. */
  abandoned(): void {
    if (this.#end()) this.#standing.released(this.#permit);
  }

  /** Ends the attempt with an error, and says what it was. */
  of(error: unknown, clock: AttemptClock): UpstreamFailure | ClientGone {
    const cause: unknown = clock.signal.aborted ? clock.signal.reason : error;
    clock.end();
    if (cause instanceof ClientGone) {
      this.abandoned();
      return cause;
    }
    const failure = failureOfError(cause);
    this.failed(failure);
    return failure;
  }

  #end(): boolean {
    const first = !this.#over;
    this.#over = true;
    return first;
  }
}
