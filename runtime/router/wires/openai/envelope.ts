import type { RouterError } from "../../errors.ts";
import { withoutKnown } from "../../secrets.ts";

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
