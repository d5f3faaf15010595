import type { ChatDelta, ChatEvent, ChatEventKind, Usage } from "../../../chat/index.ts";
import { type Chunk, deltasOf } from "./deltas.ts";

/** An event, or several, accepted by their form alone: text of one choice and nothing else. */
export class TextEvent implements ChatEvent {
  readonly kind = "content";
  readonly bytes: Buffer;
  readonly choices: readonly number[];
  readonly rawText: Buffer;
  #deltas: readonly ChatDelta[] | undefined;

  constructor(bytes: Buffer, choices: readonly number[], rawText: Buffer) {
    this.bytes = bytes;
    this.choices = choices;
    this.rawText = rawText;
  }

  get deltas(): readonly ChatDelta[] {
    this.#deltas ??= [{ type: "text", choice: this.choices[0] ?? 0, text: decoded(this.rawText) }];
    return this.#deltas;
  }
}

const decoded = (inside: Buffer): string => JSON.parse(`"${inside.toString("utf8")}"`) as string;

interface Verdict {
  readonly kind: ChatEventKind;
  readonly choices?: readonly number[] | undefined;
  readonly usage: Usage | undefined;
  readonly rawText?: Buffer | undefined;
  /** Whether it is the stream's first event that has a choice. */
  readonly begins: boolean;
}

/** An event that was parsed. */
export class ParsedEvent implements ChatEvent {
  readonly kind: ChatEventKind;
  readonly bytes: Buffer;
  readonly chunk: Chunk;
  readonly usage?: Usage;
  readonly choices?: readonly number[];
  readonly rawText?: Buffer;
  readonly #begins: boolean;
  #deltas: readonly ChatDelta[] | undefined;

  constructor(bytes: Buffer, chunk: Chunk, { kind, choices, usage, rawText, begins }: Verdict) {
    this.kind = kind;
    this.bytes = bytes;
    this.chunk = chunk;
    if (usage) this.usage = usage;
    if (choices) this.choices = choices;
    if (rawText) this.rawText = rawText;
    this.#begins = begins;
  }

  get deltas(): readonly ChatDelta[] {
    this.#deltas ??= deltasOf(this.chunk, this.#begins, this.usage);
    return this.#deltas;
  }
}
