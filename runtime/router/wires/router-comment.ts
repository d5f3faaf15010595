import type { Trail } from "../trail.ts";

/** Who answered, as an SSE comment: the headers were gone before that was known. */
export function routerComment({ backend, model, attempts, reason }: Trail): string {
  return `: router ${JSON.stringify({ backend, model, attempts, reason })}\n\n`;
}
