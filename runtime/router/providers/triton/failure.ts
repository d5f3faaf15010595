import type { Unsupported } from "../../chat/index.ts";
import { isObject } from "../../json.ts";
import { failureOfStatus, UpstreamFailure } from "../failure.ts";
import type { ReadFailure } from "../upstream.ts";

const tooLong =
  /maximum (?:context|model|input|sequence) length|max(?:imum)?[_ ](?:input|seq|model)[a-z]*[_ ]len|exceeds? (?:the )?(?:available |model'?s? )?context/i;
const unknownModel = /unknown model|no available versions/i;
const wrongInputs =
  /unexpected inference input|expected (?:number of|\d+) inputs|missing required input|unexpected (?:shape|datatype|data-type)|invalid type|(?:unable|failed) to parse/i;

/**
 * What an error response means. Triton says 400 nearly always: for a model that it doesn't have (before 24.x), for
 * inputs that the model doesn't take, and for whatever goes wrong inside of a model. The request's form is ours, so none
 * of these is the client's fault, except for its length.
 */
export const failureOfResponse: ReadFailure = (status, body, retryAfterMs) => {
  const message = errorIn(body);
  if (status !== 400) {
    return failureOfStatus(
      status,
      { message: message ?? "Triton refused the request without a reason." },
      retryAfterMs,
    );
  }
  if (message === undefined) return new UpstreamFailure("HTTP 400, the model failed", { status });
  if (unknownModel.test(message)) return ours(status, "it does not have this model or version");
  if (wrongInputs.test(message)) return ours(status, "the model takes other inputs");
  return failureOfMessage(message, "HTTP 400, the model failed");
};

/** An error that comes as an event of a stream that began with status 200. */
export const failureInAnswer = (message: string): UpstreamFailure =>
  failureOfMessage(message, "an error inside of its answer");

/** A request that a model can't do; the client gets it as a 400 that names the field. */
export const refused = ({ param, reason }: Unsupported): UpstreamFailure =>
  new UpstreamFailure("it can't do what is asked", {
    consequence: "reject",
    rejection: { status: 400, message: reason, param },
  });

/** The `{"error": "..."}` of the protocol. */
export function errorIn(body: unknown): string | undefined {
  return isObject(body) && typeof body.error === "string" ? body.error : undefined;
}

function failureOfMessage(message: string, words: string): UpstreamFailure {
  if (tooLong.test(message)) return failureOfStatus(400, { message: message.slice(0, 2_000), kind: "context_length" });
  return new UpstreamFailure(words);
}

const ours = (status: number, what: string): UpstreamFailure =>
  new UpstreamFailure(`HTTP ${status}, ${what}`, { consequence: "alert", status });
