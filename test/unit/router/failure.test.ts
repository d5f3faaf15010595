import { expect, test } from "vitest";
import { errorTable, RouterError } from "../../../runtime/router/errors.ts";
import { failureOfError, failureOfStatus } from "../../../runtime/router/providers/failure.ts";

test.each([
  ["reject", [400, 413, 422]],
  ["alert", [401, 402, 403, 404]],
  ["failover", [301, 302, 408, 409, 418, 425, 429, 500, 502, 503, 504, 529]],
])("%s: the statuses %j", (consequence, statuses) => {
  for (const status of statuses)
    expect(failureOfStatus(status, { message: "why" })).toMatchObject({ consequence, status });
});

test("the provider's words are kept for the client of a refused request, and for nobody else", () => {
  expect(failureOfStatus(400, { message: "words" }).rejection).toEqual({ status: 400, message: "words" });
  for (const status of [400, 401, 500])
    expect(failureOfStatus(status, { message: "words" }).message).not.toContain("words");
  expect(failureOfStatus(500, { message: "words" }).rejection).toBeUndefined();
});

test.each([
  ["ECONNREFUSED", "connection refused"],
  ["ECONNRESET", "connection reset"],
  ["UND_ERR_CONNECT_TIMEOUT", "connecting took too long"],
  ["HPE_INVALID_CONSTANT", "its answer is not HTTP (HPE_INVALID_CONSTANT)"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "its certificate is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)"],
  ["ESTRANGE", "no answer (ESTRANGE)"],
])("%s is told without the library's own words", (code, message) => {
  const error = Object.assign(new Error("http://user:secret@host failed"), { code });
  expect(failureOfError(error).message).toBe(message);
  expect(failureOfError(new Error("wrapped", { cause: error })).message).toBe(message);
  expect(failureOfError(new AggregateError([error])).message).toBe(message);
});

test.each(Object.entries(errorTable))("%s has the table's status and retryability", (code, { status, retryable }) => {
  expect(new RouterError(code as keyof typeof errorTable, "x")).toMatchObject({ code, status, retryable });
});
