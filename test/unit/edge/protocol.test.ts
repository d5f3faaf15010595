import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { edgeTermsText, readEdgeTerms } from "../../../runtime/edge/protocol.ts";
import { questionOf } from "../../../runtime/edge/question.ts";
import { keyOf, requestIdOf } from "../../../runtime/edge/refusal.ts";

const hex = (digits: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: digits, maxLength: digits });

describe("the terms that a router tells", () => {
  test("are read as they were written", () => {
    const keep = fc.record({ seconds: fc.integer({ min: 1, max: 3_600 }), answer: hex(64) });
    const terms = fc.record({ generation: hex(32), keep: fc.option(keep, { nil: undefined }) });
    fc.assert(
      fc.property(terms, (told) => {
        expect(readEdgeTerms(edgeTermsText(told))).toEqual(told);
      }),
    );
  });

  test.each([null, "", "generation=", "generation=xyz", `generation=${"0".repeat(32)}; keep=60`, "keep=60"])(
    "are none where they are not understood: %s",
    (text) => expect(readEdgeTerms(text)).toBeUndefined(),
  );
});

const asked = (
  headers: Record<string, string> = {},
  url = "https://llm.example.com/v1/chat/completions",
  method = "POST",
) =>
  new Request(url, {
    method,
    headers: { "content-type": "application/json", "content-length": "9", ...headers },
    ...(method === "POST" ? { body: '{"a": 1}' } : {}),
  });

describe("the edge has to do with a request", () => {
  test("whose answer may be kept, by all that tells one from another", () => {
    const told = (request: Request) => JSON.stringify(questionOf(request)?.told);
    const different = [
      asked(),
      asked({}, "https://llm.example.com/v1/messages"),
      asked({}, "https://llm.example.com/v1/messages?beta=true"),
      asked({ "x-router-cache": "on" }),
      asked({ "anthropic-version": "2023-06-01" }),
      asked({ "anthropic-beta": "2023-06-01" }),
    ];
    expect(new Set(different.map(told)).size).toBe(different.length);
    expect(told(asked({ "user-agent": "another", "x-request-id": "r" }))).toBe(told(asked()));
  });

  test.each<[string, Request]>([
    ["another route", asked({}, "https://llm.example.com/v1/route")],
    ["another path", asked({}, "https://llm.example.com/v1/chat/completions/")],
    ["another method", asked({}, undefined, "GET")],
    ["another type", asked({ "content-type": "text/plain" })],
    ["no length", asked({ "content-length": "" })],
    ["too much of it", asked({ "content-length": "262145" })],
    ["a coding", asked({ "content-encoding": "gzip" })],
    ["a wish of HTTP", asked({ "cache-control": "max-age=5" })],
    ["a wish", asked({ "x-router-cache": "off" })],
    ["a wish that is none", asked({ "x-router-cache": "please" })],
    ["an idempotency key", asked({ "idempotency-key": "k" })],
    ["a region", asked({ "x-router-region": "eu-west-1" })],
    ["sovereignty", asked({ "x-router-sovereign": "false" })],
  ])("but not: %s", (_what, request) => expect(questionOf(request)).toBeUndefined());
});

describe("a key", () => {
  const good = `hl_3f9a1c20be77_${"s".repeat(43)}`;
  test.each<[string, string, Record<string, string>, string | undefined | number]>([
    ["a bearer", "/v1/models", { authorization: `Bearer ${good}` }, good],
    ["Anthropic's header", "/v1/messages", { "x-api-key": good }, good],
    ["the first of both", "/v1/messages", { authorization: `bearer  ${good}`, "x-api-key": "other" }, good],
    ["no form of ours", "/v1/models", { authorization: `Bearer ${good}=` }, 401],
    ["none", "/admin/keys", {}, 401],
    ["none where none is needed", "/readyz", {}, undefined],
    ["another's where none is needed", "/dashboard", { authorization: "Basic abc" }, undefined],
  ])("is looked for by its form: %s", (_what, path, headers, expected) => {
    const { key, refused } = keyOf(new Request(`https://llm.example.com${path}`, { headers }));
    expect(refused?.status ?? key).toBe(expected);
  });

  test("does not come back as a request's name", () => {
    const named = (name: string) => requestIdOf(asked({ "x-request-id": name }));
    expect(named("mine:1")).toBe("mine:1");
    for (const name of [good, "with spaces", "x".repeat(129)]) expect(named(name)).toMatch(/^req_[0-9a-f-]{36}$/);
  });
});
