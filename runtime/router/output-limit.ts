import type { Backend } from "./backends.ts";
import type { ChatBody } from "./providers/provider.ts";

/**
 * No answer is without an end: where the client gives no limit of output tokens the backend's own default is set.
 *
 * @returns undefined where the client gave one
 */
export function outputLimit(body: ChatBody, backend: Backend): number | undefined {
  return typeof own(body) === "number" ? undefined : backend.defaultMaxOutputTokens;
}

/** The client's own limit, of two the one that allows more: which of them a provider heeds differs. 0 where it gave none. */
export function givenLimit({ max_completion_tokens, max_tokens }: ChatBody): number {
  const given = [max_completion_tokens, max_tokens].filter((limit) => typeof limit === "number");
  return Math.max(0, ...given);
}

const own = (body: ChatBody): unknown => body.max_completion_tokens ?? body.max_tokens;
