import type { RouterConfig } from "../config/index.ts";
import { AttemptClock } from "./attempt-clock.ts";
import { failureOfError, UpstreamFailure } from "./providers/failure.ts";
import type { ChatBody, ChatCall, JsonAnswer } from "./providers/provider.ts";
import type { ChatEvent, Usage } from "./stream/chat-event.ts";
import { StreamGate } from "./stream/stream-gate.ts";
import type { Target } from "./targets.ts";

/** After its finish reason a provider gets this long to say `[DONE]`; the answer is whole either way. Milliseconds. */
const afterFinishMs = 5_000;

export interface Question {
  readonly body: ChatBody;
  readonly stream: boolean;
  /** The limit that the router sets where the client gave none. */
  readonly maxOutputTokens?: number;
  /** Whether the client asked for the usage event of a stream. */
  readonly includeUsage: boolean;
  /** Aborted when the client is gone. */
  readonly client: AbortSignal;
}

/** A stream whose first visible event has come: from here on it is this backend's answer. */
export interface OpenStream {
  readonly kind: "stream";
  /** Batches of whole events; ends after a whole answer, throws an UpstreamFailure where the answer breaks off. */
  readonly events: AsyncGenerator<Buffer, StreamEnd, undefined>;
}

export interface StreamEnd {
  /** The held events: finish, and usage where the client asked for it; without `[DONE]`. */
  readonly ending: Buffer;
  readonly usage: Usage | undefined;
}

export type AttemptAnswer = ({ readonly kind: "json" } & JsonAnswer) | OpenStream;

/**
 * One attempt at one target under its deadlines. Resolves with a whole JSON answer, or with a stream that has begun.
 *
 * @throws UpstreamFailure that says what it means for the request, or ClientGone
 */
export async function attempt(
  target: Target,
  question: Question,
  deadlines: RouterConfig["deadlines"],
): Promise<AttemptAnswer> {
  const clock = new AttemptClock(question.client, target.backend.totalMs);
  const started = performance.now();
  const { vitals } = target.backend;
  const call: ChatCall = {
    model: target.model,
    body: question.body,
    stream: question.stream,
    signal: clock.signal,
    ...(question.maxOutputTokens === undefined ? {} : { maxOutputTokens: question.maxOutputTokens }),
  };
  try {
    if (!question.stream) {
      const answer = await untilAborted(target.provider.chat(call), clock.signal);
      vitals.succeeded(performance.now() - started);
      clock.end();
      return { kind: "json", ...answer };
    }
    clock.await("first token", deadlines.firstTokenMs);
    const opened = await beginStream(await untilAborted(target.provider.stream(call), clock.signal), clock);
    vitals.succeeded(performance.now() - started);
    clock.await("next token", deadlines.betweenTokensMs);
    const endMs = Math.min(afterFinishMs, deadlines.betweenTokensMs);
    return { kind: "stream", events: forward(opened, { clock, target, includeUsage: question.includeUsage, endMs }) };
  } catch (error) {
    throw failed(error, clock, target);
  }
}

interface BegunStream {
  readonly gate: StreamGate;
  readonly source: AsyncIterator<readonly ChatEvent[]>;
  readonly first: readonly Buffer[];
}

/** Reads up to the first visible event; until then another backend can still take over. */
async function beginStream(events: AsyncIterable<readonly ChatEvent[]>, clock: AttemptClock): Promise<BegunStream> {
  const gate = new StreamGate();
  const source = events[Symbol.asyncIterator]();
  for (;;) {
    const next = await untilAborted(source.next(), clock.signal);
    if (next.done && !gate.finished) throw new UpstreamFailure("its stream ended before an answer");
    const first = next.done ? [] : gate.accept(next.value);
    if (gate.done && !gate.finished) throw new UpstreamFailure("its stream ended without a finish reason");
    if (first.length > 0 || gate.finished) return { gate, source, first };
  }
}

interface Forwarding {
  readonly clock: AttemptClock;
  readonly target: Target;
  readonly includeUsage: boolean;
  readonly endMs: number;
}

async function* forward({ gate, source, first }: BegunStream, { clock, target, includeUsage, endMs }: Forwarding) {
  try {
    clock.pause();
    if (first.length > 0) yield joined(first);
    clock.again();
    let waitsForEnd = false;
    while (!gate.done) {
      if (gate.finished && !waitsForEnd) {
        waitsForEnd = true;
        clock.await("end", endMs);
      }
      const next = await nextOrEnd(source, gate, clock);
      if (!next) break;
      const ready = gate.accept(next);
      if (ready.length > 0) {
        clock.pause();
        yield joined(ready);
        clock.again();
      }
    }
    if (!gate.finished) throw new UpstreamFailure("its stream was cut off");
    return { ending: joined(gate.ending(includeUsage)), usage: gate.usage };
  } catch (error) {
    throw failed(error, clock, target);
  } finally {
    clock.end();
    // Not waited for: an upstream that hangs would hold the client.
    source.return?.().catch(() => {});
  }
}

/** The next batch; undefined when the connection is over, however it ended, once the answer is whole. */
async function nextOrEnd(source: AsyncIterator<readonly ChatEvent[]>, gate: StreamGate, clock: AttemptClock) {
  try {
    const next = await untilAborted(source.next(), clock.signal);
    return next.done ? undefined : next.value;
  } catch (error) {
    if (gate.finished && error instanceof UpstreamFailure) return undefined;
    throw error;
  }
}

/** A provider that does not heed the signal can't hold the request. */
function untilAborted<T>(pending: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    pending.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

function failed(error: unknown, clock: AttemptClock, target: Target): Error {
  const cause: unknown = clock.signal.aborted ? clock.signal.reason : error;
  clock.end();
  if (cause instanceof Error && cause.name === "ClientGone") return cause;
  const failure = failureOfError(cause);
  target.backend.vitals.failed(failure);
  return failure;
}

const joined = (parts: readonly Buffer[]): Buffer => (parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts));
