import { z } from "zod";
import type { RouterError } from "../../errors.ts";
import { withoutKnown } from "../../secrets.ts";
import { errorFields, wrongField } from "../error-schema.ts";

export const ErrorBody = z
  .strictObject({ error: z.strictObject({ ...errorFields, type: z.string(), param: wrongField.nullable() }) })
  .meta({ title: "OpenAiError" });

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
