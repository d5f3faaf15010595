import { AttemptClock } from "./attempt-clock.ts";
import type { CancelSignal } from "./cancel.ts";
import type { AnswerSaid } from "./chat/index.ts";
import type { Permit } from "./reliability/index.ts";
import type { AttemptAccount } from "./spending/index.ts";
import type { Target } from "./targets.ts";
import type { AttemptTelemetry } from "./telemetry/index.ts";
import { Verdict } from "./verdict.ts";

export interface WholeAsking<Answer extends AnswerSaid> {
  readonly telemetry: AttemptTelemetry;
  readonly account: AttemptAccount;
  readonly permit: Permit;
  /** When the whole request must be over; on the clock of `performance.now()`. */
  readonly endsAt: number;
  /** Aborted when the client is gone. */
  readonly client: CancelSignal;
  /** How long the model may show no sign of life before the answer is given up; milliseconds. */
  readonly silenceMs?: number;
  /** The time to the answer says how fast the target is: true of vectors, not of what is written word by word. */
  readonly timed?: boolean;
  ask(signal: CancelSignal, trace: Readonly<Record<string, string>>): Promise<Answer>;
}

/**
 * One attempt at an answer that comes in one piece, under its deadlines; tells the target's standing how it went.
 *
 * @throws UpstreamFailure that says what it means for the request, or ClientGone
 */
export async function attemptWhole<Answer extends AnswerSaid>(
  { backend, standing }: Target,
  { telemetry, account, permit, endsAt, client, silenceMs, timed, ask }: WholeAsking<Answer>,
): Promise<Answer> {
  const started = performance.now();
  const clock = new AttemptClock(client, Math.max(1, Math.min(backend.totalMs, endsAt - started)));
  const verdict = new Verdict({ standing, permit, telemetry, account, started, whole: true });
  try {
    // The answer says nothing until it is there; whether its model still speaks, those of others tell.
    if (silenceMs !== undefined) clock.await("first token", silenceMs, () => standing.answeredAt);
    const answer = await clock.until(ask(clock.signal, { ...telemetry.headers }));
    if (timed) verdict.answered();
    verdict.succeeded(answer);
    clock.end();
    return answer;
  } catch (error) {
    throw verdict.of(error, clock);
  }
}
