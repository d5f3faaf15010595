import { hash } from "node:crypto";
import { type IdempotencyConfig, renderJson } from "../../config/index.ts";
import type { Caller } from "../authenticate.ts";
import { RouterError } from "../errors.ts";
import type { StoredAnswer, Turn } from "./answer-store.ts";
import { MemoryStore } from "./memory-store.ts";
import { Recording, Room } from "./recording.ts";

export const idempotencyHeader = "idempotency-key";

/** A request as far as it decides whether another one is the same. */
export interface Repeatable {
  /** Whose key it was authenticated with. */
  readonly caller: Caller | undefined;
  readonly route: string;
  /** Those that change an answer. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** What a request with an idempotency key gets: the answer that there was, or its turn to be answered. */
export type Begun = { readonly answer: StoredAnswer } | { readonly first: FirstAnswer };

/** Answers requests that say who they are by an `idempotency-key` once, and their repeats with the same. */
export class Replays {
  readonly #config: () => IdempotencyConfig;
  readonly #store: MemoryStore;
  #limits: IdempotencyConfig;
  #room: Room;

  /** @param config as it is now; another one is followed without losing what is kept */
  constructor(config: () => IdempotencyConfig) {
    this.#config = config;
    this.#limits = config();
    this.#store = new MemoryStore(this.#limits);
    this.#room = new Room(this.#limits.maxBytes);
  }

  /** @throws RouterError where the key is none, is another request's, or its request is still running */
  async begin(key: string, request: Repeatable): Promise<Begun> {
    if (!/^[\x20-\x7e]{1,255}$/.test(key)) throw wrong("allowed: 1 to 255 printable ASCII characters");
    this.#follow();
    const { caller, route, headers, body } = request;
    const name = digest(["idempotency", caller?.tenant, caller?.keyId, key]);
    const fingerprint = digest({ route, headers, body });
    const claim = await this.#store.claim(name, fingerprint);
    if (claim.state === "free") return { first: new FirstAnswer(claim.turn, this.#store.maxBodyBytes, this.#room) };
    if (claim.fingerprint !== fingerprint) throw wrong("another request had this key; allowed: one that is new");
    if (claim.state === "running") throw stillRunning();
    return { answer: claim.answer };
  }

  #follow(): void {
    const limits = this.#config();
    if (limits === this.#limits) return;
    if (limits.maxBytes !== this.#limits.maxBytes) this.#room = new Room(limits.maxBytes);
    this.#limits = limits;
    this.#store.limit(limits);
  }
}

/** The turn of the first request with its key: only a whole answer is kept. */
export class FirstAnswer {
  readonly #turn: Turn;
  readonly #maxBodyBytes: number;
  readonly #room: Room;

  constructor(turn: Turn, maxBodyBytes: number, room: Room) {
    this.#turn = turn;
    this.#maxBodyBytes = maxBodyBytes;
    this.#room = room;
  }

  keep(answer: StoredAnswer): Promise<void> {
    return answer.body.length > this.#maxBodyBytes ? this.release() : this.#turn.keep(answer);
  }

  /** It failed: the repeat is tried anew. */
  release(): Promise<void> {
    return this.#turn.release();
  }

  /**
   * The same stream, kept where it is sent to its end.
   *
   * @param whole whether the stream that has ended ended with a whole answer
   */
  async *recorded(
    chunks: AsyncGenerator<Buffer, void>,
    headers: StoredAnswer["headers"],
    whole: () => boolean,
  ): AsyncGenerator<Buffer, void, undefined> {
    const recording = new Recording(this.#maxBodyBytes, this.#room);
    let ended = false;
    try {
      for await (const chunk of chunks) {
        recording.add(chunk);
        yield chunk;
      }
      ended = whole();
    } finally {
      const body = recording.end();
      // Before the response ends: whoever has read it may ask again at once.
      await (ended && body ? this.keep({ kind: "stream", headers, body }) : this.release());
    }
  }
}

const digest = (value: unknown): string => hash("sha256", renderJson(value));

function wrong(what: string): RouterError {
  return new RouterError("invalid_request", `${idempotencyHeader}: ${what}`, { param: idempotencyHeader });
}

function stillRunning(): RouterError {
  const message = `${idempotencyHeader}: the request with this key is still being answered; ask again in a moment`;
  return new RouterError("request_running", message, { param: idempotencyHeader, headers: { "retry-after": "1" } });
}
