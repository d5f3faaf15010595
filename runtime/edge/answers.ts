import { type Bytes, joined, utf8 } from "./bytes.ts";
import type { Holder } from "./holder.ts";
import type { Kept } from "./platform.ts";
import type { Keep } from "./protocol.ts";
import type { Question } from "./question.ts";

/** An answer as it is given again. */
export interface Answer {
  /** The router's own name for it. */
  readonly answer: string;
  readonly headers: Readonly<Record<string, string>>;
  /** When it was whole, and until when it may be given; milliseconds since 1970. */
  readonly bornAt: number;
  readonly until: number;
  readonly body: Bytes;
}

/** Whose answer, to which question, and of which generation. */
export interface Asked {
  readonly holder: Holder;
  readonly question: Question;
  readonly body: Bytes;
  readonly generation: string;
}

/** A larger body is not kept; bytes. */
const mostBytes = 1_048_576;
/** KV keeps nothing for less; seconds. */
const leastTtl = 60;
const decoder = new TextDecoder();

/** Answers in Workers KV, each readable for its holder alone. One of another generation has another name. */
export class Answers {
  readonly #kept: Kept;
  readonly #seconds: number;
  readonly #now: () => number;

  /** @param seconds that an answer is kept at most */
  constructor(kept: Kept, seconds: number, now: () => number) {
    this.#kept = kept;
    this.#seconds = seconds;
    this.#now = now;
  }

  async find(asked: Asked): Promise<Answer | undefined> {
    const name = await nameOf(asked);
    const sealed = await this.#kept.get(name, "arrayBuffer");
    if (sealed === null) return undefined;
    const answer = unpack(await asked.holder.open(name, new Uint8Array(sealed)));
    return this.#now() < answer.until ? answer : undefined;
  }

  /** Reads a whole answer and keeps it. One that breaks off is not kept. */
  async keep(asked: Asked, { seconds, answer }: Keep, { headers, body }: Response): Promise<void> {
    const bytes = body === null ? undefined : await collect(body);
    if (bytes === undefined) return;
    const [name, now, lasts] = [await nameOf(asked), this.#now(), Math.min(seconds, this.#seconds)];
    const bornAt = now - Number(headers.get("age") ?? 0) * 1_000;
    const packed = pack({ answer, headers: lasting(headers), bornAt, until: now + lasts * 1_000, body: bytes });
    const expirationTtl = Math.max(leastTtl, lasts);
    await this.#kept.put(name, await asked.holder.seal(name, packed), { expirationTtl });
  }

  async drop(asked: Asked): Promise<void> {
    await this.#kept.delete(await nameOf(asked));
  }
}

const nameOf = ({ holder, question, body, generation }: Asked): Promise<string> =>
  holder.name(["answer", generation, ...question.told], body);

/** Headers that say what is answered, and by whom; others belong to one request. */
const lastingNames = /^(?:content-type|cache-control|x-accel-buffering|x-router-(?!edge).*)$/;
const lasting = (headers: Headers): Record<string, string> =>
  Object.fromEntries([...headers].filter(([name]) => lastingNames.test(name)));

/** Undefined where it is too large. @throws where it breaks off */
async function collect(body: NonNullable<Response["body"]>): Promise<Bytes | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.length;
    if (length > mostBytes) {
      await reader.cancel();
      return undefined;
    }
    parts.push(next.value);
  }
  return joined(parts);
}

/** A line of JSON, and the body as it is. */
const pack = ({ body, ...head }: Answer): Bytes => joined([utf8(`${JSON.stringify(head)}\n`), body]);

function unpack(packed: Bytes): Answer {
  const end = packed.indexOf(0x0a);
  const head = JSON.parse(decoder.decode(packed.subarray(0, end))) as Omit<Answer, "body">;
  return { ...head, body: packed.subarray(end + 1) };
}
