import type { ChatDelta, FinishReason, Usage } from "./delta.ts";

/** The forms in which a chat can be written; clients speak the first two. */
export type ChatWire = "openai" | "anthropic" | "gemini" | "triton";

export type ChatEventKind =
  /** A role, an empty delta, a keep-alive: nothing that a reader would see yet. */
  | "preamble"
  | "content"
  /** Holds a finish reason, and perhaps usage. */
  | "finish"
  /** Usage alone, without a choice. */
  | "usage"
  /** The wire's own last word. */
  | "done";

/** One checked event of a provider's stream. */
export interface ChatEvent {
  readonly kind: ChatEventKind;
  /** The event as it came, with its blank line: forwarded as it is to a client of the same wire. */
  readonly bytes: Buffer;
  readonly usage?: Usage;
  /** Indices of the choices that it speaks of; absent means choice 0. */
  readonly choices?: readonly number[];
  /**
   * Set where the event is text of one choice and nothing else: the inside of the JSON string, escapes as they came.
   * Spares the hot path from parsing.
   */
  readonly rawText?: Buffer;
  /** What it says; parsed when first asked for. */
  readonly deltas: readonly ChatDelta[];
}

/** Why the choices ended that an event speaks of. */
export const finishReasons = ({ deltas }: Pick<ChatEvent, "deltas">): FinishReason[] =>
  deltas.flatMap((delta) => (delta.type === "finish" ? [delta.reason] : []));
