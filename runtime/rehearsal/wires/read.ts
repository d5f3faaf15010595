/** Helpers to read a body of unknown form. */

export function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const stringOr = <Default>(value: unknown, otherwise: Default): string | Default =>
  typeof value === "string" ? value : otherwise;

export const numberOf = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

/** The text of a message's content: a string, or parts of which some have a text. */
export function textOf(content: unknown, separator = " "): string {
  if (typeof content === "string") return content;
  return list(content)
    .map((part) => record(part).text)
    .filter((text) => typeof text === "string")
    .join(separator);
}

/** About four characters a token; at least one. */
export const estimateTokens = (texts: readonly string[]): number =>
  Math.max(1, Math.ceil(texts.reduce((sum, text) => sum + text.length, 0) / 4));

export interface Turn {
  readonly role: unknown;
  readonly content: unknown;
}

/** What a conversation asks: what the user said last, and the beginning of the answer where there is one. */
export function conversation(turns: readonly Turn[], own: "assistant" | "model") {
  const begunIn = (turn: Turn | undefined) => (turn?.role === own ? textOf(turn.content, "") || undefined : undefined);
  const last = turns.at(-1);
  const text = last?.role === own ? undefined : begunIn(turns.at(-2));
  return {
    prompt: lastPrompt(turns),
    promptTokens: estimateTokens(turns.map(({ content }) => textOf(content))),
    prefill: begunIn(last),
    begun: text === undefined ? undefined : { text, prompt: lastPrompt(turns.slice(0, -2)) },
  };
}

function lastPrompt(turns: readonly Turn[]): string {
  const prompts = turns
    .filter(({ role }) => role === "user" || role === undefined)
    .map(({ content }) => textOf(content));
  return prompts.findLast((text) => text !== "") ?? "";
}
