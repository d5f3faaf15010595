import { isObject } from "../../wires/anthropic/index.ts";
import { failureOfStatus, UpstreamFailure } from "../failure.ts";
import { type ReadFailure, reasonOf } from "../upstream.ts";

/** Credit and limits that we set ourselves are told as the request's fault (400) or as a rate limit (429). */
const spent = /credit balance is too low|reached your specified (?:\w+ )?(?:API )?usage limits/i;
const spentCodes: readonly unknown[] = ["contract_spend_limit_reached", "enforced_spend_limit_reached"];
const filtered = /blocked by content filtering/i;

/** What an error response means. */
export const failureOfResponse: ReadFailure = (status, body, retryAfterMs) => {
  const reason = reasonOf(body);
  if (spent.test(reason.message) || spentCodes.includes(codeIn(body))) {
    return new UpstreamFailure(`HTTP ${status}, our credit is used up`, { consequence: "alert", status });
  }
  const kind = filtered.test(reason.message) ? { kind: "content_filter" as const } : {};
  return failureOfStatus(status, { ...reason, ...kind }, retryAfterMs);
};

/** The status that an error would have had as a response, by its type. */
const statuses: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

/** An error that comes inside of a stream that began with status 200. */
export function failureInStream(event: Readonly<Record<string, unknown>>): UpstreamFailure {
  const { type } = reasonOf(event);
  const status = type !== undefined && Object.hasOwn(statuses, type) ? (statuses[type] as number) : undefined;
  if (status === undefined) return new UpstreamFailure("an error inside of its answer");
  const failure = failureOfResponse(status, event, undefined);
  if (failure.consequence !== "failover") return failure;
  return new UpstreamFailure(`an error inside of its answer (${status})`, { status, retryable: failure.retryable });
}

/** `error.details.error_code` names the cause where there is one. */
function codeIn(body: unknown): unknown {
  const error = isObject(body) && isObject(body.error) ? body.error : {};
  return isObject(error.details) ? error.details.error_code : undefined;
}
