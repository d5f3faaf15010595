import type { ChatDelta, ChatEvent } from "../chat/index.ts";

/** English text has about four characters a token; used only where a provider's own count was lost. */
const charactersPerToken = 4;

/** No model is asked to go on with more than this; a stream without end fills no memory. */
const maxTextBytes = 4 * 1024 * 1024;

/**
 * Remembers what of an answer the client has, so that another target can go on with it. Text is kept as it came, inside
 * of JSON strings, and read only when it is needed: an answer that ends well never pays for it.
 */
export class Sent {
  #raw = Buffer.alloc(0);
  #length = 0;
  #continuable = true;
  #reasoned = false;

  note(event: ChatEvent): void {
    if (event.rawText) {
      if (event.choices !== undefined && event.choices[0] !== 0) this.#continuable = false;
      this.#append(event.rawText);
    } else if (event.kind === "content" && event.deltas.length === 0) {
      // Sound, or what else this router has no name for.
      this.#continuable = false;
    } else this.noteDeltas(event.deltas);
  }

  noteDeltas(deltas: readonly ChatDelta[]): void {
    for (const delta of deltas) {
      switch (delta.type) {
        case "text":
          if (delta.choice !== 0) this.#continuable = false;
          this.#append(Buffer.from(JSON.stringify(delta.text).slice(1, -1)));
          break;
        case "reasoning":
        case "signature":
          this.#reasoned = true;
          break;
        case "tool_call":
        case "tool_arguments":
        case "refusal":
          // Half a call from one model and half from another would be neither's.
          this.#continuable = false;
      }
    }
  }

  get text(): string {
    return JSON.parse(`"${this.#raw.toString("utf8", 0, this.#length)}"`) as string;
  }

  /** Whether another target may go on: what was sent is the text of one answer, and perhaps a thought before it. */
  get continuable(): boolean {
    return this.#continuable;
  }

  /** The client has seen a thought; that of another model would be a second one. */
  get reasoned(): boolean {
    return this.#reasoned;
  }

  get hasText(): boolean {
    return this.#length > 0;
  }

  get estimatedTokens(): number {
    return Math.ceil(this.#length / charactersPerToken);
  }

  #append(bytes: Buffer): void {
    const needed = this.#length + bytes.length;
    if (needed > maxTextBytes) {
      this.#continuable = false;
      return;
    }
    if (needed > this.#raw.length) {
      const grown = Buffer.allocUnsafe(Math.max(1024, needed, this.#raw.length * 2));
      this.#raw.copy(grown, 0, 0, this.#length);
      this.#raw = grown;
    }
    bytes.copy(this.#raw, this.#length);
    this.#length = needed;
  }
}
