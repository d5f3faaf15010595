import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChatRequest } from "../../../runtime/router/chat/index.ts";
import { type Dialect, type LimitField, upstreamBody } from "../../../runtime/router/providers/openai-wire/index.ts";
import type { ChatBody, ChatCall } from "../../../runtime/router/providers/provider.ts";

const request: ChatRequest = { messages: [], tools: [], stop: [], foreign: {} };

const dialect = (limitField: LimitField): Dialect => ({
  limitField,
  adapt: (body) => body,
  render: (_request, model) => ({ messages: [], rendered_for: model }),
});

function call(
  body: object,
  more: Partial<ChatCall> = {},
  asked: Partial<ChatRequest> = {},
  wire: "openai" | "anthropic" = "openai",
): ChatCall {
  return {
    model: "real",
    question: { wire, body: { model: "auto", messages: [], ...body } as ChatBody, request: { ...request, ...asked } },
    stickyKey: "",
    signal: new AbortController().signal,
    ...more,
  };
}

const streamed = { stream: true, stream_options: { include_usage: true } };

describe("a client's own body", () => {
  test("is passed on as it was, whatever the router does not know of it", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (fields) => {
        const own = ["model", "max_tokens", "max_completion_tokens", "stream", "stream_options"];
        const unknown = Object.fromEntries(Object.entries(fields).filter(([name]) => !own.includes(name)));
        const sent = JSON.parse(JSON.stringify(upstreamBody(call(unknown), dialect("max_tokens")))) as object;
        expect(sent).toEqual(JSON.parse(JSON.stringify({ messages: [], ...unknown, model: "real", ...streamed })));
      }),
    );
  });

  test.each([
    [{ max_tokens: 5 }, 5],
    [{ max_completion_tokens: 6 }, 6],
    [{ max_tokens: 5, max_completion_tokens: 6 }, 6],
    [{ max_tokens: null }, 9],
    [{}, 9],
  ])("that says %j is limited to %i, under the provider's one name for it", (body, limit) => {
    const asked = call(body, { maxOutputTokens: 9 });
    for (const field of ["max_tokens", "max_completion_tokens"] as const) {
      expect(upstreamBody(asked, dialect(field))).toEqual({
        model: "real",
        messages: [],
        [field]: limit,
        ...streamed,
      });
    }
  });

  test("always becomes a stream that tells its usage, and keeps its other stream options", () => {
    const body = upstreamBody(
      call({ stream: false, stream_options: { include_usage: false, x: 1 } }),
      dialect("max_tokens"),
    );
    expect(body).toMatchObject({ stream: true, stream_options: { include_usage: true, x: 1 } });
  });
});

test.each([
  [{ maxOutputTokens: 5 }, 5],
  [{}, 9],
])("a request of another wire, %j, is rendered and limited to %i", (asked, limit) => {
  const body = upstreamBody(
    call({ thinking: {} }, { maxOutputTokens: 9 }, asked, "anthropic"),
    dialect("max_completion_tokens"),
  );
  expect(body).toEqual({
    model: "real",
    messages: [],
    rendered_for: "real",
    max_completion_tokens: limit,
    ...streamed,
  });
});
