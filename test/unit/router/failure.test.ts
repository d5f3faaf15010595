import { expect, test } from "vitest";
import { errorTable, RouterError } from "../../../runtime/router/errors.ts";
import { failureOfError, failureOfStatus, retryAfterOf } from "../../../runtime/router/providers/failure.ts";

test.each([
  ["reject", [400, 413, 422]],
  ["alert", [401, 402, 403, 404]],
  ["failover", [301, 302, 408, 409, 418, 425, 429, 500, 502, 503, 504, 529]],
])("%s: the statuses %j", (consequence, statuses) => {
  for (const status of statuses)
    expect(failureOfStatus(status, { message: "why" })).toMatchObject({ consequence, status });
});

test("the provider's words are kept for the client of a refused request, and for nobody else", () => {
  const refused = { status: 400, message: "words", kind: "other" };
  expect(failureOfStatus(400, { message: "words" }).rejection).toEqual(refused);
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

test.each([
  ["OpenAI", { message: "x", code: "context_length_exceeded" }],
  ["a wording of OpenAI's kin", { message: "This model's maximum context length is 8192 tokens." }],
  ["Anthropic", { message: "prompt is too long: 208310 tokens > 200000 maximum" }],
  ["Gemini", { message: "The input token count (1048577) exceeds the maximum number of tokens allowed (1048576)." }],
])("a request that is too long is known by the words of %s", (_who, words) => {
  expect(failureOfStatus(400, words)).toMatchObject({ consequence: "reject", rejection: { kind: "context_length" } });
});

test.each([
  [{ "retry-after": "2" }, 2_000],
  [{ "retry-after": "0.5" }, 500],
  [{ "retry-after-ms": "120", "retry-after": "1" }, 120],
  [{ "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" }, 0],
  [{ "retry-after": "soon" }, undefined],
  [{}, undefined],
])("the pause that a provider asks for is read from %j", (headers, milliseconds) => {
  expect(retryAfterOf(headers)).toBe(milliseconds);
});

test("what took its whole deadline, or is our fault, is not worth a retry", () => {
  expect(
    [500, 503, 529, 429, 408, 409].map((status) => failureOfStatus(status, { message: "" }).retryable),
  ).not.toContain(false);
  expect([400, 401, 404, 302].map((status) => failureOfStatus(status, { message: "" }).retryable)).not.toContain(true);
});
