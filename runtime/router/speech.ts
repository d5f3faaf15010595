import type { AnswerEnd } from "./attempt.ts";
import type { ChatDelta, ChatEvent, ChatWire, Usage } from "./chat/index.ts";
import { UpstreamFailure } from "./providers/failure.ts";
import { type Continuation, Seam } from "./stream/seam.ts";
import type { Sent } from "./stream/sent.ts";
import type { StreamWriter } from "./wires/wire.ts";

/** What one target says in a client's stream. */
export interface Speech {
  /** The bytes of the next events; none where they say nothing new. */
  say(events: readonly ChatEvent[]): Buffer;
  /** The end of a whole answer: finish, and usage. */
  end(end: AnswerEnd): Last;
}

export interface Last {
  readonly bytes: Buffer;
  readonly usage: Usage | undefined;
}

/** The first target's words; those of a provider that speaks the client's wire are forwarded as they came. */
export class Beginning implements Speech {
  readonly #writer: StreamWriter;
  readonly #sent: Sent;
  readonly #verbatim: boolean;

  constructor(from: ChatWire, writer: StreamWriter, sent: Sent) {
    this.#writer = writer;
    this.#sent = sent;
    this.#verbatim = from === writer.wire;
  }

  say(events: readonly ChatEvent[]): Buffer {
    for (const event of events) this.#sent.note(event);
    return this.#written(events);
  }

  end({ ending, usage }: AnswerEnd): Last {
    return { bytes: this.#written(ending), usage };
  }

  #written(events: readonly ChatEvent[]): Buffer {
    const write = (event: ChatEvent) =>
      this.#verbatim ? this.#writer.forward(event) : this.#writer.write(event.deltas);
    return joined(events.map(write));
  }
}

/** Goes on with what another target began: only words, and calls of tools, are added. */
export class Resumption implements Speech {
  readonly #continuation: Continuation;
  readonly #writer: StreamWriter;
  readonly #sent: Sent;
  readonly #seam: Seam;
  readonly #before: number;

  constructor(continuation: Continuation, writer: StreamWriter, sent: Sent) {
    this.#continuation = continuation;
    this.#writer = writer;
    this.#sent = sent;
    this.#seam = new Seam(sent.text, continuation);
    this.#before = sent.estimatedTokens;
  }

  say(events: readonly ChatEvent[]): Buffer {
    return Buffer.concat(events.map(({ deltas }) => this.#added(deltas)));
  }

  end({ ending, usage }: AnswerEnd): Last {
    // The last words may come in one event with the reason of the end.
    const last = ending.flatMap(({ deltas }) => deltas);
    const rest = this.#added(last.filter(({ type }) => type !== "finish"));
    const held = this.#seam.end();
    if (this.#seam.broken) throw beganAnew();
    const words = held === "" ? [] : [this.#writer.write([{ type: "text", choice: 0, text: held }])];
    const used = usage && withEarlier(usage, this.#before, this.#continuation);
    const finish = last.filter(({ type }) => type === "finish");
    const end = this.#writer.write(used ? [...finish, { type: "usage", usage: used }] : finish);
    return { bytes: Buffer.concat([rest, ...words, end]), usage: used };
  }

  #added(deltas: readonly ChatDelta[]): Buffer {
    const kept = deltas.flatMap((delta) => atSeam(delta, this.#seam, this.#sent));
    if (this.#seam.broken) throw beganAnew();
    this.#sent.noteDeltas(kept);
    return kept.length > 0 ? this.#writer.write(kept) : Buffer.alloc(0);
  }
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
