import type { CancelSignal } from "../cancel.ts";
import type { ChatEvent } from "../chat/index.ts";
import { failureOfError } from "../providers/failure.ts";
import { type EventReader, SseSplitter } from "./sse-splitter.ts";

/** Makes chat events of one provider's stream. Each method throws where the bytes are none. */
export interface EventParser {
  /** Adds what one complete server-sent event says. */
  read(bytes: Buffer, events: ChatEvent[]): void;
  /** As EventReader's: adds one event for all that it takes. */
  run?(bytes: Buffer, at: number, events: ChatEvent[]): number;
  /** Adds what the end of the response says; `rest` is what came after the last complete event. */
  end?(rest: Buffer, events: ChatEvent[]): void;
}

type Batch = IteratorResult<readonly ChatEvent[], undefined>;

/**
 * The checked events of a response, in batches as the network brings them. What was good before a failure is not lost;
 * but a first batch that fails is none, so that another backend can give the whole answer.
 */
export class EventStream implements AsyncIterableIterator<readonly ChatEvent[], undefined> {
  readonly #body: AsyncIterator<Buffer, unknown>;
  readonly #parser: EventParser;
  readonly #signal: CancelSignal;
  readonly #splitter = new SseSplitter();
  readonly #reader: EventReader;
  #events: ChatEvent[] = [];
  #begun = false;
  #ended = false;
  #failure: unknown;

  /** @param signal its reason is the failure once it is aborted */
  constructor(body: AsyncIterable<Buffer>, parser: EventParser, signal: CancelSignal) {
    this.#body = body[Symbol.asyncIterator]();
    this.#parser = parser;
    this.#reader = {
      read: (bytes) => parser.read(bytes, this.#events),
      ...(parser.run ? { run: (bytes, at) => parser.run?.(bytes, at, this.#events) ?? at } : {}),
    };
    this.#signal = signal;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<Batch> {
    if (this.#failure !== undefined) throw this.#failure;
    const events: ChatEvent[] = [];
    this.#events = events;
    try {
      while (events.length === 0) {
        if (this.#ended) return { value: undefined, done: true };
        this.#read(await this.#body.next());
      }
    } catch (error) {
      const failure = this.#signal.aborted ? this.#signal.reason : failureOfError(error);
      if (!this.#begun || events.length === 0 || this.#signal.aborted) throw failure;
      this.#failure = failure;
    }
    this.#begun = true;
    return { value: events, done: false };
  }

  async return(): Promise<Batch> {
    await this.#body.return?.();
    return { value: undefined, done: true };
  }

  #read({ done, value }: IteratorResult<Buffer, unknown>): void {
    if (done) {
      this.#ended = true;
      this.#parser.end?.(this.#splitter.rest, this.#events);
    } else this.#splitter.push(value, this.#reader);
  }
}
