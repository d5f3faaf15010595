import type { RouterConfig } from "../config/index.ts";
import { AttemptClock } from "./attempt-clock.ts";
import type { CancelSignal } from "./cancel.ts";
import { type ChatEvent, finishReasons, type Usage } from "./chat/index.ts";
import { UpstreamFailure } from "./providers/failure.ts";
import type { ChatCall } from "./providers/provider.ts";
import type { Permit } from "./reliability/index.ts";
import type { AttemptAccount } from "./spending/index.ts";
import { StreamGate } from "./stream/stream-gate.ts";
import type { Target } from "./targets.ts";
import type { AttemptTelemetry } from "./telemetry/index.ts";
import { Verdict } from "./verdict.ts";

/** After its finish reason a provider gets this long for its last word; the answer is whole either way. Milliseconds. */
const afterFinishMs = 5_000;

/** How long the end of a response is waited for after the answer's last word; milliseconds. */
const lingerMs = 1_000;

export interface Asking {
  readonly call: Omit<ChatCall, "signal" | "model" | "trace">;
  readonly telemetry: AttemptTelemetry;
  readonly account: AttemptAccount;
  readonly permit: Permit;
  readonly deadlines: RouterConfig["deadlines"];
  /** When the whole request must be over; on the clock of `performance.now()`. */
  readonly endsAt: number;
  /** Aborted when the client is gone. */
  readonly client: CancelSignal;
}

/** An answer whose first visible event has come. */
export interface OpenAnswer {
  /** Batches of visible events; ends after a whole answer, throws an UpstreamFailure where the answer breaks off. */
  readonly batches: AsyncGenerator<readonly ChatEvent[], AnswerEnd, undefined>;
}

export interface AnswerEnd {
  /** The held events: finish, and usage. */
  readonly ending: readonly ChatEvent[];
  readonly usage: Usage | undefined;
}

/**
 * One attempt at one target under its deadlines. Resolves with an answer that has begun; tells the target's standing
 * how it went.
 *
 * @throws UpstreamFailure that says what it means for the request, or ClientGone
 */
export async function attempt(target: Target, asking: Asking): Promise<OpenAnswer> {
  const { call, deadlines, endsAt, client, telemetry } = asking;
  const started = performance.now();
  const clock = new AttemptClock(client, Math.max(1, Math.min(target.backend.totalMs, endsAt - started)));
  const verdict = new Verdict({ ...asking, standing: target.standing, started });
  try {
    clock.await("first token", deadlines.firstTokenMs);
    target.standing.streamed();
    const asked = target.provider.stream({
      ...call,
      model: target.model,
      trace: { ...telemetry.headers },
      signal: clock.signal,
    });
    if (telemetry.contentRecorded) telemetry.prompt(call.question.request);
    const begun = await begin(await clock.until(asked), clock);
    verdict.answered(begun.first);
    verdict.heard(begun.first);
    clock.await("next token", deadlines.betweenTokensMs);
    const batches = forward(begun, clock, verdict, Math.min(afterFinishMs, deadlines.betweenTokensMs));
    return { batches: telemetry.contentRecorded ? recorded(batches, telemetry) : batches };
  } catch (error) {
    throw verdict.of(error, clock);
  }
}

interface Begun {
  readonly gate: StreamGate;
  readonly source: AsyncIterator<readonly ChatEvent[]>;
  readonly first: readonly ChatEvent[];
}

/** Reads up to the first visible event; until then another backend can still take over. */
async function begin(events: AsyncIterable<readonly ChatEvent[]>, clock: AttemptClock): Promise<Begun> {
  const gate = new StreamGate();
  const source = events[Symbol.asyncIterator]();
  for (;;) {
    const next = await clock.until(source.next());
    if (next.done && !gate.finished)
      throw new UpstreamFailure("its stream ended before an answer", { retryable: true });
    const first = next.done ? [] : gate.accept(next.value);
    if (gate.done && !gate.finished) throw new UpstreamFailure("its stream ended without a finish reason");
    if (first.length > 0 || gate.finished) return { gate, source, first };
  }
}

async function* forward(
  { gate, source, first }: Begun,
  clock: AttemptClock,
  verdict: Verdict,
  endMs: number,
): AsyncGenerator<readonly ChatEvent[], AnswerEnd, undefined> {
  let whole = false;
  try {
    clock.pause();
    if (first.length > 0) yield first;
    clock.again();
    let waitsForEnd = false;
    while (!gate.done) {
      if (gate.finished && !waitsForEnd) {
        waitsForEnd = true;
        clock.await("end", endMs);
      }
      let next: IteratorResult<readonly ChatEvent[]>;
      try {
        next = await clock.until(source.next());
      } catch (error) {
        // However the connection ends once the answer is whole, that is an end.
        if (gate.finished && error instanceof UpstreamFailure) break;
        throw error;
      }
      if (next.done) break;
      verdict.heard(next.value);
      const ready = gate.accept(next.value);
      if (ready.length > 0) {
        clock.pause();
        yield ready;
        clock.again();
      }
    }
    if (!gate.finished) throw new UpstreamFailure("its stream was cut off");
    const ending = gate.ending();
    verdict.succeeded({ usage: gate.usage, finishReasons: () => ending.flatMap(finishReasons) });
    whole = true;
    return { ending, usage: gate.usage };
  } catch (error) {
    throw verdict.of(error, clock);
  } finally {
    verdict.abandoned(true);
    // Not waited for: an upstream that hangs would hold the client.
    if (whole) void readToEnd(source, clock);
    else {
      clock.end();
      source.return?.().catch(() => {});
    }
  }
}

/** The same answer, put on the attempt's span as it goes by. */
async function* recorded(batches: OpenAnswer["batches"], telemetry: AttemptTelemetry): OpenAnswer["batches"] {
  try {
    for (;;) {
      const next = await batches.next();
      if (next.done) return next.value;
      for (const { deltas } of next.value) telemetry.answer(deltas);
      yield next.value;
    }
  } finally {
    await batches.return({ ending: [], usage: undefined });
  }
}

/** After the last word comes the end of the response: a connection that is read up to it can be used again. */
async function readToEnd(source: AsyncIterator<readonly ChatEvent[]>, clock: AttemptClock): Promise<void> {
  clock.await("end", lingerMs);
  try {
    while (!(await clock.until(source.next())).done);
  } catch {
    // The answer was whole: how its connection ends is nobody's concern.
  } finally {
    clock.end();
    source.return?.().catch(() => {});
  }
}
