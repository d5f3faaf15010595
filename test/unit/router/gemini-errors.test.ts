import { describe, expect, test } from "vitest";
import { failureInBand, geminiFailure } from "../../../runtime/router/providers/gemini/errors.ts";
import { json } from "./gemini-fixtures.ts";

describe("an error of Google's", () => {
  test("a key that is not valid is ours, though it comes as the client's 400", () => {
    const failure = geminiFailure(400, json("error-key-invalid"), undefined);
    expect(failure).toMatchObject({ consequence: "alert", status: 400, retryable: false });
    expect(failure.rejection).toBeUndefined();
  });

  test("an account that may not use the API is ours too", () => {
    expect(geminiFailure(400, json("error-billing"), undefined)).toMatchObject({ consequence: "alert", status: 400 });
  });

  test("a quota per minute is waited for as long as Google says", () => {
    const failure = geminiFailure(429, json("error-quota-minute"), undefined);
    expect(failure).toMatchObject({ consequence: "failover", retryable: true, retryAfterMs: 34_400 });
  });

  test("the header comes before the detail", () => {
    expect(geminiFailure(429, json("error-quota-minute"), 2_000).retryAfterMs).toBe(2_000);
  });

  test("a quota that the day has used up is told to someone, not tried again", () => {
    expect(geminiFailure(429, json("error-quota-day"), undefined)).toMatchObject({
      consequence: "alert",
      retryable: false,
    });
  });

  test("a request longer than the context is told as that, also where the error comes in a list", () => {
    const { consequence, rejection } = geminiFailure(400, json("error-context"), undefined);
    expect(consequence).toBe("reject");
    expect(rejection).toMatchObject({ kind: "context_length", message: expect.stringContaining("1048576") as unknown });
  });

  test("any other argument that it refuses is the client's, with Google's reason", () => {
    const failure = geminiFailure(400, json("error-argument"), undefined);
    expect(failure).toMatchObject({ consequence: "reject", rejection: { status: 400, kind: "other" } });
    expect(failure.rejection?.message).toContain("MINIMAL");
    expect(failure.message).not.toContain("MINIMAL");
  });

  test.each([
    [401, "alert"],
    [403, "alert"],
    [404, "alert"],
    [500, "failover"],
    [503, "failover"],
    [504, "failover"],
  ])("a status %i without a body that says more is %s", (status, consequence) => {
    for (const body of [undefined, "text", null, [], {}, { error: "text" }, { error: { details: {} } }]) {
      expect(geminiFailure(status, body, undefined)).toMatchObject({ consequence, status });
    }
  });

  test.each([["soon"], ["1e9s"], [5], [null]])("a delay of %j is none", (retryDelay) => {
    const body = { error: { code: 429, details: [{ retryDelay }, null, "x"] } };
    expect(geminiFailure(429, body, undefined).retryAfterMs).toBeUndefined();
  });
});

describe("an error inside of an answer", () => {
  test("means what its code means", () => {
    expect(failureInBand(json("error-argument"))).toMatchObject({ consequence: "reject" });
    expect(failureInBand({ error: { code: 429, message: "" } })).toMatchObject({
      consequence: "failover",
      status: 429,
    });
  });

  test.each([[undefined], ["x"], [0], [200]])("with the code %j may pass", (code) => {
    expect(failureInBand({ error: { code } })).toMatchObject({ consequence: "failover", status: 500 });
  });

  test.each([[undefined], [null], [{}], [[]], [{ error: null }], ["error"]])("%j is none", (value) => {
    expect(failureInBand(value)).toBeUndefined();
  });
});
