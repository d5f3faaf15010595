import { type AttemptClock, ClientGone } from "./attempt-clock.ts";
import type { ChatEvent } from "./chat/index.ts";
import { failureOfError, type UpstreamFailure } from "./providers/failure.ts";
import type { Permit, Standing } from "./reliability/index.ts";
import type { AnswerSaid, AttemptTelemetry } from "./telemetry/index.ts";

/** Tells a target's standing and the attempt's span, once, how an attempt went. */
export class Verdict {
  readonly #standing: Standing;
  readonly #permit: Permit;
  readonly #telemetry: AttemptTelemetry;
  readonly #started: number;
  #answered = false;
  #over = false;

  constructor(standing: Standing, permit: Permit, telemetry: AttemptTelemetry, started: number) {
    this.#standing = standing;
    this.#permit = permit;
    this.#telemetry = telemetry;
    this.#started = started;
  }

  /** @param begun the first visible event, and what came before it */
  answered(begun?: readonly ChatEvent[]): void {
    this.#answered = true;
    this.#standing.answered(this.#permit, this.#elapsed());
    this.#telemetry.firstToken(begun);
  }

  succeeded(said: AnswerSaid): void {
    if (!this.#end()) return;
    this.#standing.succeeded(this.#permit, this.#elapsed());
    this.#telemetry.end({ outcome: "answered", ...said });
  }

  failed(failure: UpstreamFailure): void {
    if (!this.#end()) return;
    this.#standing.failed(this.#permit, failure, this.#elapsed(), this.#answered);
    const rejected = failure.consequence === "reject";
    this.#telemetry.end({ outcome: rejected ? "rejected" : this.#answered ? "broken_off" : "failed", failure });
  }

  /** Nobody waits for the answer any more. */
  abandoned(): void {
    if (!this.#end()) return;
    this.#standing.released(this.#permit);
    this.#telemetry.end({ outcome: "client_gone" });
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

  #elapsed(): number {
    return performance.now() - this.#started;
  }

  #end(): boolean {
    const first = !this.#over;
    this.#over = true;
    return first;
  }
}
