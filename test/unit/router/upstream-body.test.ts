import fc from "fast-check";
import { expect, test } from "vitest";
import { withVersion } from "../../../runtime/router/providers/openai.ts";
import { upstreamBody } from "../../../runtime/router/providers/openai-wire.ts";
import type { ChatBody, ChatCall } from "../../../runtime/router/providers/provider.ts";

const call = (body: object, more: Partial<ChatCall> = {}): ChatCall => ({
  model: "real",
  body: { model: "auto", messages: [], ...body } as ChatBody,
  stream: false,
  signal: new AbortController().signal,
  ...more,
});

test("whatever the router does not know is passed on as it was", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (fields) => {
      const own = ["model", "max_tokens", "max_completion_tokens", "stream", "stream_options"];
      const unknown = Object.fromEntries(Object.entries(fields).filter(([name]) => !own.includes(name)));
      const sent = JSON.parse(JSON.stringify(upstreamBody(call(unknown), "max_tokens"))) as object;
      expect(sent).toEqual(JSON.parse(JSON.stringify({ messages: [], ...unknown, model: "real" })));
    }),
  );
});

test.each([
  [{ max_tokens: 5 }, 5],
  [{ max_completion_tokens: 6 }, 6],
  [{ max_tokens: 5, max_completion_tokens: 6 }, 6],
  [{ max_tokens: null }, 9],
  [{}, 9],
])("the limit of %j is %i, under the provider's one name for it", (body, limit) => {
  const asked = call(body, { maxOutputTokens: 9 });
  expect(upstreamBody(asked, "max_tokens")).toEqual({ model: "real", messages: [], max_tokens: limit });
  expect(upstreamBody(asked, "max_completion_tokens")).toEqual({
    model: "real",
    messages: [],
    max_completion_tokens: limit,
  });
});

test("a stream always asks for usage, and keeps the client's other stream options", () => {
  const body = upstreamBody(
    call({ stream: true, stream_options: { include_usage: false, x: 1 } }, { stream: true }),
    "max_tokens",
  );
  expect(body).toMatchObject({ stream: true, stream_options: { include_usage: true, x: 1 } });
});

test.each([
  ["http://host:1", "http://host:1/v1"],
  ["http://host:1/", "http://host:1/v1"],
  ["http://host/v1", "http://host/v1"],
  ["http://host/proxy/openai", "http://host/proxy/openai"],
])("base URL %s is %s", (given, used) => {
  expect(withVersion(given)).toBe(used);
});
