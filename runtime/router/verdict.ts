import { type AttemptClock, ClientGone } from "./attempt-clock.ts";
import type { AnswerSaid, ChatEvent } from "./chat/index.ts";
import { failureOfError, type UpstreamFailure } from "./providers/failure.ts";
import type { Permit, Standing } from "./reliability/index.ts";
import type { AttemptAccount, AttemptResult } from "./spending/index.ts";
import type { AttemptTelemetry } from "./telemetry/index.ts";

export interface VerdictParts {
  readonly standing: Standing;
  readonly permit: Permit;
  readonly telemetry: AttemptTelemetry;
  readonly account: AttemptAccount;
  /** On the clock of `performance.now()`. */
  readonly started: number;
  /** The answer comes in one piece. */
  readonly whole?: boolean;
}

/** Tells a target's standing, the attempt's span and its account, once, how an attempt went. */
export class Verdict {
  readonly #standing: Standing;
  readonly #permit: Permit;
  readonly #telemetry: AttemptTelemetry;
  readonly #account: AttemptAccount;
  readonly #started: number;
  readonly #whole: boolean;
  #produced = 0;
  #heardAt: number;
  #firstTokenMs: number | undefined;
  #answered = false;
  #over = false;

  constructor({ standing, permit, telemetry, account, started, whole = false }: VerdictParts) {
    this.#standing = standing;
    this.#permit = permit;
    this.#telemetry = telemetry;
    this.#account = account;
    this.#started = started;
    this.#heardAt = started;
    this.#whole = whole;
  }

  /** @param begun the first visible event, and what came before it */
  answered(begun?: readonly ChatEvent[]): void {
    this.#answered = true;
    this.#firstTokenMs = this.#elapsed();
    this.#standing.answered(this.#permit, this.#firstTokenMs);
    this.#telemetry.firstToken(begun);
  }

  /** So much of the answer has come; what is written of it has no more tokens than bytes. */
  heard(events: readonly ChatEvent[]): void {
    this.#heardAt = performance.now();
    for (const { rawText, bytes } of events) this.#produced += (rawText ?? bytes).length;
  }

  succeeded(said: AnswerSaid): void {
    if (!this.#end()) return;
    this.#settle({ outcome: "answered", usage: said.usage });
    this.#standing.succeeded(this.#permit, this.#elapsed());
    this.#telemetry.end({ outcome: "answered", ...said });
  }

  failed(failure: UpstreamFailure): void {
    if (!this.#end()) return;
    this.#standing.failed(this.#permit, failure, this.#elapsed(), this.#answered);
    const rejected = failure.consequence === "reject";
    const outcome = rejected ? "rejected" : this.#answered ? "broken_off" : "failed";
    this.#settle({ outcome, failure });
    this.#telemetry.end({ outcome, failure });
  }

  /**
   * Nobody waits for the answer any more.
   *
   * @param unread nor did anybody read since something was heard last: the client had not taken that yet
   */
  abandoned(unread = false): void {
    if (!this.#end()) return;
    this.#standing.released(this.#permit);
    this.#settle({ outcome: "client_gone", unreadMs: unread ? performance.now() - this.#heardAt : 0 });
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

  #settle(how: Pick<AttemptResult, "outcome" | "usage" | "failure" | "unreadMs">): void {
    const whole = this.#whole;
    this.#account.end({ ...how, whole, producedBytes: this.#produced, firstTokenMs: this.#firstTokenMs });
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
