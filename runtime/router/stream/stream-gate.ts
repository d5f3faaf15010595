import type { ChatEvent, Usage } from "../chat/index.ts";
import { UpstreamFailure } from "../providers/failure.ts";

/** A provider that sends more than this without a visible word is not answering. */
const maxHeldBytes = 4 * 1024 * 1024;

const firstChoice = [0];

/**
 * Decides what of a stream may be forwarded when. Before the first visible event nothing is, so that another backend
 * can still answer; finish, usage and the wire's last word are held until the answer is known to be whole.
 */
export class StreamGate {
  /** Seen before the first visible event: forwarded together with it. */
  #preamble: ChatEvent[] = [];
  #held: ChatEvent[] = [];
  #heldBytes = 0;
  #started = false;
  #usageEvent: ChatEvent | undefined;
  #open = new Set<number>();
  /** The list of an event, by identity. */
  #lastOpened: readonly number[] | undefined;
  #finished = new Set<number>();
  #done = false;
  #usage: Usage | undefined;

  /** Takes the next events and returns what may be forwarded now. */
  accept(events: readonly ChatEvent[]): ChatEvent[] {
    const forward: ChatEvent[] = [];
    for (const event of events) {
      if (this.#done) break;
      this.#take(event, forward);
    }
    return forward;
  }

  #take(event: ChatEvent, forward: ChatEvent[]): void {
    if (event.usage) this.#usage = event.usage;
    switch (event.kind) {
      case "done":
        this.#done = true;
        return;
      case "usage":
        this.#usageEvent = event;
        return;
      case "finish":
        this.#hold(this.#held, event);
        for (const choice of event.choices ?? [0]) this.#finished.add(choice);
        return;
      case "preamble":
        // What follows a finish must not overtake it: the end of a block, a keep-alive.
        if (this.#finished.size > 0) this.#hold(this.#held, event);
        else if (this.#started) forward.push(event);
        else this.#hold(this.#preamble, event);
        return;
      case "content":
        this.#started = true;
        if (this.#preamble.length > 0) {
          forward.push(...this.#preamble);
          this.#preamble = [];
        }
        forward.push(event);
        this.#opened(event.choices);
    }
  }

  /** Most events are of one choice, which is open already. */
  #opened(choices: readonly number[] = firstChoice): void {
    if (choices === this.#lastOpened) return;
    this.#lastOpened = choices;
    for (const choice of choices) this.#open.add(choice);
  }

  #hold(where: ChatEvent[], event: ChatEvent): void {
    this.#heldBytes += event.bytes.length;
    if (this.#heldBytes > maxHeldBytes) throw new UpstreamFailure("its stream never comes to the answer");
    where.push(event);
  }

  /** Every choice that began has said why it ended. */
  get finished(): boolean {
    return this.#finished.size > 0 && this.#allFinished();
  }

  #allFinished(): boolean {
    for (const choice of this.#open) if (!this.#finished.has(choice)) return false;
    return true;
  }

  /** Nothing more is expected: the provider said its last word. */
  get done(): boolean {
    return this.#done;
  }

  get usage(): Usage | undefined {
    return this.#usage;
  }

  /** What was held, in the order of the wire, without its last word; only of an answer that is `finished`. */
  ending(): ChatEvent[] {
    return [...this.#preamble, ...this.#held, ...(this.#usageEvent ? [this.#usageEvent] : [])];
  }
}
