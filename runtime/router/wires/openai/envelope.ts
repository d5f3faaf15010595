import type { RouterError } from "../../errors.ts";
import { withoutKnown } from "../../secrets.ts";
import type { Trail } from "../../trail.ts";

/** The body of an error response; in a stream, an error event. */
export function errorBody(error: RouterError): object {
  const { param, backends } = error.details;
  return {
    error: {
      message: withoutKnown(error.message),
      type: error.type,
      param: param ?? null,
      code: error.code,
      ...(backends ? { backends } : {}),
    },
  };
}

/** Who answered, as an SSE comment: the headers were gone before that was known. */
export function routerComment({ backend, model, attempts, reason }: Trail): string {
  return `: router ${JSON.stringify({ backend, model, attempts, reason })}\n\n`;
}
