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

/** The client's own limit; 0 where it gave none. */
export function givenLimit(body: ChatBody): number {
  const given = own(body);
  return typeof given === "number" ? given : 0;
}

const own = (body: ChatBody): unknown => body.max_completion_tokens ?? body.max_tokens;
