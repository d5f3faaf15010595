import type { AnswerStore, StoredAnswer, StoreLimits, Turn } from "./answer-store.ts";
import { Recording, Room } from "./recording.ts";

/** An answer beside its body. */
export type Answered = Omit<StoredAnswer, "body">;

/** First answers of one store: while they are recorded they share as much room as the store has. */
export class FirstAnswers {
  readonly #store: AnswerStore;
  #limits: StoreLimits;
  #room: Room;

  constructor(store: AnswerStore, limits: StoreLimits) {
    this.#store = store;
    this.#limits = limits;
    this.#room = new Room(limits.maxBytes);
  }

  of(turn: Turn): FirstAnswer {
    return new FirstAnswer(turn, this.#store.maxBodyBytes, this.#room);
  }

  /** Other limits are the store's too. */
  follow(limits: StoreLimits): void {
    if (limits === this.#limits) return;
    if (limits.maxBytes !== this.#limits.maxBytes) this.#room = new Room(limits.maxBytes);
    this.#limits = limits;
    this.#store.limit(limits);
  }
}

/** The turn of the first request of its name: only a whole answer is kept. */
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
    return this.#turn.keep(answer);
  }

  /** It failed: the repeat is tried anew. */
  release(): Promise<void> {
    return this.#turn.release();
  }

  /**
   * The same stream, kept where it is sent to its end.
   *
   * @param answered what the stream that has ended was; undefined where it was no whole answer
   */
  async *recorded(
    chunks: AsyncGenerator<Buffer, void>,
    answered: () => Answered | undefined,
  ): AsyncGenerator<Buffer, void, undefined> {
    const recording = new Recording(this.#maxBodyBytes, this.#room);
    let answer: Answered | undefined;
    try {
      for await (const chunk of chunks) {
        recording.add(chunk);
        yield chunk;
      }
      answer = answered();
    } finally {
      const body = recording.end();
      // Before the response ends: whoever has read it may ask again at once.
      await (answer && body ? this.keep({ ...answer, body }) : this.release());
    }
  }
}
