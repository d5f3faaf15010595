import { UpstreamFailure } from "../providers/failure.ts";
import type { ChatEvent, Usage } from "./chat-event.ts";

/** A provider that sends more than this without a visible word is not answering. */
const maxHeldBytes = 4 * 1024 * 1024;

/**
 * Decides what of a stream may be forwarded when. Before the first visible event nothing is, so that another backend
 * can still answer; finish, usage and `[DONE]` are held until the answer is known to be whole.
 */
export class StreamGate {
  /** Seen before the first visible event: forwarded together with it. */
  #preamble: Buffer[] = [];
  #held: Buffer[] = [];
  #heldBytes = 0;
  #started = false;
  #usageEvent: Buffer | undefined;
  #open = new Set<number>();
  #finished = new Set<number>();
  #done = false;
  #usage: Usage | undefined;

  /** Takes the next events and returns what may be forwarded now. */
  accept(events: readonly ChatEvent[]): Buffer[] {
    const forward: Buffer[] = [];
    for (const event of events) {
      if (this.#done) break;
      this.#take(event, forward);
    }
    return forward;
  }

  #take(event: ChatEvent, forward: Buffer[]): void {
    if (event.usage) this.#usage = event.usage;
    switch (event.kind) {
      case "done":
        this.#done = true;
        return;
      case "usage":
        this.#usageEvent = event.bytes;
        return;
      case "finish":
        this.#hold(this.#held, event.bytes);
        for (const choice of event.choices ?? [0]) this.#finished.add(choice);
        return;
      case "preamble":
        if (this.#started) forward.push(event.bytes);
        else this.#hold(this.#preamble, event.bytes);
        return;
      case "content":
        this.#started = true;
        forward.push(...this.#preamble, event.bytes);
        this.#preamble = [];
        for (const choice of event.choices ?? [0]) this.#open.add(choice);
    }
  }

  #hold(where: Buffer[], bytes: Buffer): void {
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > maxHeldBytes) throw new UpstreamFailure("its stream never comes to the answer");
    where.push(bytes);
  }

  /** Every choice that began has said why it ended. */
  get finished(): boolean {
    return this.#finished.size > 0 && [...this.#open].every((choice) => this.#finished.has(choice));
  }

  /** Nothing more is expected: the provider said `[DONE]`. */
  get done(): boolean {
    return this.#done;
  }

  get usage(): Usage | undefined {
    return this.#usage;
  }

  /** What was held, in the order of the wire, without `[DONE]`; only of an answer that is `finished`. */
  ending(includeUsage: boolean): Buffer[] {
    return [...this.#preamble, ...this.#held, ...(includeUsage && this.#usageEvent ? [this.#usageEvent] : [])];
  }
}
