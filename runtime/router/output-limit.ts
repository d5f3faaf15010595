import type { Backend } from "./backends.ts";
import type { ChatBody } from "./providers/provider.ts";

/**
 * No answer is without an end: where the client gives no limit of output tokens the backend's own default is set.
 *
 * @returns undefined where the client gave one
 */
export function outputLimit(body: ChatBody, backend: Backend): number | undefined {
  const own = body.max_completion_tokens ?? body.max_tokens;
  return typeof own === "number" ? undefined : backend.defaultMaxOutputTokens;
}
