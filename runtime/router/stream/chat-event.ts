/** Tokens of one answer, as the provider counted them. */
export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

export type ChatEventKind =
  /** A role, an empty delta, filter results: nothing that a reader would see yet. */
  | "preamble"
  | "content"
  /** Holds a finish reason. */
  | "finish"
  /** Usage alone, without a choice. */
  | "usage"
  | "done";

/** One event of an answer in the OpenAI wire's form. */
export interface ChatEvent {
  readonly kind: ChatEventKind;
  /** The event as it came, with its blank line: what is forwarded. */
  readonly bytes: Buffer;
  readonly usage?: Usage;
  /** Indices of the choices that it speaks of; absent means choice 0. */
  readonly choices?: readonly number[];
}

/** Reads a provider's usage object; undefined where it is not one. */
export function usageOf(value: unknown): Usage | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total } = value as Partial<Usage>;
  if (typeof prompt !== "number" || typeof completion !== "number") return undefined;
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total ?? prompt + completion };
}
