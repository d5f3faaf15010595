import type { AnswerEnd, OpenAnswer } from "./attempt.ts";
import type { ChatDelta, ChatEvent, Usage } from "./chat/index.ts";
import { brokenOff, RouterError } from "./errors.ts";
import { UpstreamFailure } from "./providers/failure.ts";
import { type Continuation, Seam } from "./stream/seam.ts";
import { Sent } from "./stream/sent.ts";
import type { Target } from "./targets.ts";
import { noteAnswer, noteFailure, type Trail } from "./trail.ts";
import type { StreamWriter, Wire } from "./wires/wire.ts";

/** An answer that has begun, and at whom. */
export interface Speaker {
  readonly target: Target;
  readonly answer: OpenAnswer;
  /** How it was asked to go on; absent at the first. */
  readonly continuation?: Continuation;
}

export interface RelayParts {
  readonly wire: Wire;
  readonly includeUsage: boolean;
  readonly trail: Trail;
  /**
   * Finds who goes on after `target` broke off; absent where nobody shall.
   *
   * @param sent the text that the client has
   * @throws RouterError where nobody does, or ClientGone
   */
  readonly goOn?: GoOn;
}

export type GoOn = (target: Target, sent: string) => Promise<Speaker>;

/**
 * One stream to a client out of the answers of one target or several. What the client has already is never said again;
 * where nobody can go on the stream ends with an error, never as if it were whole.
 */
export async function* relay(first: Speaker, parts: RelayParts): AsyncGenerator<Buffer, void, undefined> {
  const { wire, includeUsage, trail, goOn } = parts;
  const writer = wire.writer({ includeUsage });
  const sent = new Sent();
  let speaker = first;
  for (;;) {
    try {
      const last = yield* speaker.continuation === undefined
        ? begin(speaker, writer, sent, trail)
        : resume(speaker, speaker.continuation, writer, sent, trail);
      yield Buffer.concat([last, writer.end(trail)]);
      return;
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      noteFailure(trail, error, speaker.target);
      const next = goOn && sent.continuable ? await successor(goOn, speaker.target, sent.text) : undefined;
      if (!next) {
        trail.outcome = "broken_off";
        yield writer.error(brokenOff(trail.failures), trail);
        return;
      }
      trail.continued++;
      speaker = next;
    }
  }
}

async function successor(goOn: GoOn, target: Target, sent: string): Promise<Speaker | undefined> {
  try {
    return await goOn(target, sent);
  } catch (error) {
    // Told in the stream, with every target's reason.
    if (error instanceof RouterError) return undefined;
    throw error;
  }
}

/** Returns what is to be sent last: finish, and usage. */
async function* begin({ answer, target }: Speaker, writer: StreamWriter, sent: Sent, trail: Trail) {
  const verbatim = target.provider.wire === writer.wire;
  const written = (event: ChatEvent) => (verbatim ? writer.forward(event) : writer.write(event.deltas));
  const end = yield* eachBatch(answer, (events) => {
    for (const event of events) sent.note(event);
    return events.map(written);
  });
  noteAnswer(trail, end.usage);
  return joined(end.ending.map(written));
}

/** Goes on with what another target began: only words, and calls of tools, are added. Returns as `begin` does. */
async function* resume(
  { answer }: Speaker,
  continuation: Continuation,
  writer: StreamWriter,
  sent: Sent,
  trail: Trail,
) {
  const seam = new Seam(sent.text, continuation);
  const before = sent.estimatedTokens;
  const added = (deltas: readonly ChatDelta[]): Buffer => {
    const kept = deltas.flatMap((delta) => atSeam(delta, seam, sent));
    if (seam.broken) throw beganAnew();
    sent.noteDeltas(kept);
    return kept.length > 0 ? writer.write(kept) : Buffer.alloc(0);
  };
  const end = yield* eachBatch(answer, (events) => events.map((event) => added(event.deltas)));
  // The last words may come in one event with the reason of the end.
  const last = end.ending.flatMap(({ deltas }) => deltas);
  const rest = added(last.filter(({ type }) => type !== "finish"));
  if (rest.length > 0) yield rest;
  const held = seam.end();
  if (seam.broken) throw beganAnew();
  if (held !== "") yield writer.write([{ type: "text", choice: 0, text: held }]);
  const usage = end.usage && withEarlier(end.usage, before, continuation);
  const finish = last.filter(({ type }) => type === "finish");
  noteAnswer(trail, usage);
  return writer.write(usage ? [...finish, { type: "usage", usage }] : finish);
}

const beganAnew = () => new UpstreamFailure("its answer begins anew in other words");

/** What of a delta is new to the client. */
function atSeam(delta: ChatDelta, seam: Seam, sent: Sent): ChatDelta[] {
  switch (delta.type) {
    case "text": {
      const text = seam.push(delta.text);
      return text === "" ? [] : [{ ...delta, text }];
    }
    case "tool_call": {
      const rest = seam.end();
      return rest === "" ? [delta] : [{ type: "text", choice: delta.choice, text: rest }, delta];
    }
    case "reasoning":
    case "signature":
      return sent.reasoned || sent.hasText ? [] : [delta];
    case "start":
    case "usage":
      return [];
    default:
      return [delta];
  }
}

/** The tokens of the part that broke off were never counted by its provider: they are estimated. */
function withEarlier(usage: Usage, earlier: number, continuation: Continuation): Usage {
  if (continuation === "restart") return usage;
  const completion_tokens = usage.completion_tokens + earlier;
  return { ...usage, completion_tokens, total_tokens: usage.prompt_tokens + completion_tokens };
}

async function* eachBatch(
  { batches }: OpenAnswer,
  write: (events: readonly ChatEvent[]) => Buffer[],
): AsyncGenerator<Buffer, AnswerEnd, undefined> {
  try {
    for (;;) {
      const next = await batches.next();
      if (next.done) return next.value;
      const bytes = joined(write(next.value));
      if (bytes.length > 0) yield bytes;
    }
  } finally {
    await batches.return({ ending: [], usage: undefined });
  }
}

/** Neighbours in memory, as events of one network read are, become one without a copy. */
function joined(parts: readonly Buffer[]): Buffer {
  const [first] = parts;
  if (!first) return Buffer.alloc(0);
  let end = first.byteOffset + first.length;
  for (let at = 1; at < parts.length; at++) {
    const part = parts[at] as Buffer;
    if (part.buffer !== first.buffer || part.byteOffset !== end) return Buffer.concat(parts);
    end += part.length;
  }
  return parts.length === 1 ? first : Buffer.from(first.buffer, first.byteOffset, end - first.byteOffset);
}
