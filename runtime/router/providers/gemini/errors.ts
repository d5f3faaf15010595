import { isObject } from "../../json.ts";
import { failureOfStatus, UpstreamFailure } from "../failure.ts";
import { type ReadFailure, reasonOf } from "../upstream.ts";

/**
 * What an error of Google's means: `{error: {code, message, status, details}}`, or a list with that as its only item.
 * Three things stand in the body alone. A key that is wrong and an account that may not use the API come as 400, which
 * would else be the client's fault; and how long to wait comes as a detail, not as a header.
 */
export const geminiFailure: ReadFailure = (status, body, retryAfterMs) => {
  const error = errorIn(body);
  const details = detailsOf(error);
  if (status === 400 && details.some(({ reason }) => reason === "API_KEY_INVALID")) {
    return new UpstreamFailure("HTTP 400, it refuses our key", { consequence: "alert", status });
  }
  // No billing, or no service in our country.
  if (status === 400 && error?.status === "FAILED_PRECONDITION") {
    return new UpstreamFailure("HTTP 400, our account may not use it", { consequence: "alert", status });
  }
  if (status === 429 && details.some(isDailyQuota)) {
    return new UpstreamFailure("HTTP 429, our quota of the day is used up", { consequence: "alert", status });
  }
  return failureOfStatus(status, reasonOf({ error }), retryAfterMs ?? retryDelayOf(details));
};

/** An error that comes inside of an answer that began with status 200; undefined where the value is none. */
export function failureInBand(value: unknown): UpstreamFailure | undefined {
  const error = errorIn(value);
  if (error === undefined) return undefined;
  const status = typeof error.code === "number" && error.code >= 400 && error.code < 600 ? error.code : 500;
  return geminiFailure(status, value, undefined);
}

type Fields = Readonly<Record<string, unknown>>;

function errorIn(body: unknown): Fields | undefined {
  const holder: unknown = Array.isArray(body) ? body[0] : body;
  return isObject(holder) && isObject(holder.error) ? holder.error : undefined;
}

function detailsOf(error: Fields | undefined): readonly Fields[] {
  return Array.isArray(error?.details) ? error.details.filter(isObject) : [];
}

/** A google.rpc.QuotaFailure that only the next day mends, e.g. of `GenerateRequestsPerDayPerProjectPerModel`. */
function isDailyQuota({ violations }: Fields): boolean {
  return (
    Array.isArray(violations) &&
    violations.some((violation) => isObject(violation) && /PerDay/.test(String(violation.quotaId)))
  );
}

/** A google.rpc.RetryInfo's `retryDelay`, e.g. `34.4s`; milliseconds. */
function retryDelayOf(details: readonly Fields[]): number | undefined {
  for (const { retryDelay } of details) {
    const seconds = typeof retryDelay === "string" ? /^(\d+(?:\.\d+)?)s$/.exec(retryDelay)?.[1] : undefined;
    if (seconds !== undefined) return Math.round(Number(seconds) * 1000);
  }
  return undefined;
}
