import { z } from "zod";
import type { RouterError } from "../../errors.ts";
import { withoutKnown } from "../../secrets.ts";
import { errorFields, wrongField } from "../error-schema.ts";

export const ErrorEnvelope = z
  .strictObject({
    type: z.literal("error"),
    error: z.strictObject({ ...errorFields, type: z.string(), param: wrongField.optional() }),
  })
  .meta({ title: "AnthropicError" });

/** This wire's word for an error, by its status; its clients choose the error's class by the status too. */
const types: Readonly<Record<number, string>> = {
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  409: "conflict_error",
  413: "request_too_large",
  429: "rate_limit_error",
  503: "overloaded_error",
  504: "timeout_error",
  529: "overloaded_error",
};

/** The wire's envelope, with the router's own code and what else it knows inside of `error`. */
export function envelope(error: RouterError) {
  const { param, backends } = error.details;
  const type = types[error.status] ?? (error.status >= 500 ? "api_error" : "invalid_request_error");
  return {
    type: "error",
    error: {
      type,
      message: withoutKnown(error.message),
      code: error.code,
      ...(param === undefined ? {} : { param }),
      ...(backends ? { backends } : {}),
    },
  } as const;
}
