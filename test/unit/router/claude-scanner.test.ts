import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { UpstreamFailure } from "../../../runtime/router/providers/failure.ts";
import { condensed, fixture, messageStart, saidBy, scan, sse, streams } from "./claude-support.ts";

const textStart = { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } };
const textDelta = (text: string, index = 0) => ({
  type: "content_block_delta",
  index,
  delta: { type: "text_delta", text },
});

test("each event of a text is what it is", () => {
  const kinds = scan(fixture("text.sse")).map(({ kind }) => kind);
  expect(kinds).toEqual(["preamble", "preamble", "preamble", "content", "content", "preamble", "finish", "done"]);
});

test("the events are the bytes as they came", () => {
  const bytes = fixture("thinking.sse");
  expect(Buffer.concat(scan(bytes).map((event) => event.bytes))).toEqual(bytes);
});

describe("what a stream says", () => {
  const start = (id: string, model: string) => ({ type: "start", id, model });

  test("text, and why it ended, with the tokens of the whole message", () => {
    expect(condensed(saidBy(scan(fixture("text.sse"))))).toEqual([
      start("msg_01XFDUDYJgAACzvnptvVoYEL", "claude-sonnet-4-6"),
      { type: "text", choice: 0, text: 'Hello! "Grüße" – 你好\n' },
      { type: "finish", choice: 0, reason: "stop" },
      {
        type: "usage",
        usage: {
          prompt_tokens: 25,
          completion_tokens: 15,
          total_tokens: 40,
          cached_tokens: 0,
          cache_write_tokens: 0,
        },
      },
    ]);
  });

  test("calls of tools, counted from 0 whichever block they are", () => {
    const said = condensed(saidBy(scan(fixture("tool-use.sse"))));
    const json = '{"location": "San Francisco, CA", "unit": "fahrenheit"}';
    expect(said.slice(2, 7)).toEqual([
      { type: "tool_call", choice: 0, index: 0, id: "toolu_01T1x1fJ34qAmk2tNTrN7Up6", name: "get_weather" },
      { type: "tool_arguments", choice: 0, index: 0, json },
      { type: "tool_call", choice: 0, index: 1, id: "toolu_01LDbPQYkTGLnTiYbdEu1Sxh", name: "get_time" },
      // Claude says nothing of the input of a tool that takes none.
      { type: "tool_arguments", choice: 0, index: 1, json: "{}" },
      { type: "finish", choice: 0, reason: "tool_calls" },
    ]);
    // The last event counts the output only; the input was counted by the first.
    expect(said.at(-1)).toEqual({
      type: "usage",
      usage: { prompt_tokens: 472, completion_tokens: 89, total_tokens: 561 },
    });
  });

  test("thoughts with their signatures, redacted ones too, and what was read from a cache", () => {
    const said = condensed(saidBy(scan(fixture("thinking.sse"))));
    expect(said.map(({ type }) => type)).toEqual([
      "start",
      "reasoning",
      "signature",
      "signature",
      "text",
      "finish",
      "usage",
    ]);
    const signature = "EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pkiMOYds";
    expect(said[2]).toEqual({ type: "signature", choice: 0, signature: { by: "claude", value: signature } });
    expect(said[3]).toMatchObject({ signature: { by: "claude", redacted: true } });
    expect(said.at(-1)).toEqual({
      type: "usage",
      usage: {
        prompt_tokens: 19_209,
        completion_tokens: 112,
        total_tokens: 19_321,
        cached_tokens: 18_000,
        cache_write_tokens: 1_200,
        reasoning_tokens: 80,
      },
    });
  });

  test("nothing of a server's own tools, which are passed on as content", () => {
    const events = scan(fixture("web-search.sse"));
    expect(condensed(saidBy(events)).map(({ type }) => type)).toEqual(["start", "text", "finish", "usage"]);
    expect(events[1]).toMatchObject({ kind: "content", deltas: [] });
  });

  test.each([
    ["end_turn", "stop"],
    ["max_tokens", "length"],
    ["model_context_window_exceeded", "length"],
    ["tool_use", "tool_calls"],
    ["refusal", "content_filter"],
    ["pause_turn", "pause"],
    ["of_a_later_day", "stop"],
  ])("%s is %s", (reason, finish) => {
    const [, event] = scan(sse(messageStart, { type: "message_delta", delta: { stop_reason: reason } }));
    expect(event).toMatchObject({ kind: "finish", deltas: [{ type: "finish", reason: finish }, { type: "usage" }] });
  });

  test("which stop sequence ended it", () => {
    const delta = { stop_reason: "stop_sequence", stop_sequence: "END" };
    const [, event] = scan(sse(messageStart, { type: "message_delta", delta }));
    expect(event?.deltas[0]).toEqual({ type: "finish", choice: 0, reason: "stop_sequence", stopSequence: "END" });
  });
});

test("tokens are known from the first event on, in case there is no last", () => {
  expect(scan(sse(messageStart))[0]?.usage).toEqual({ prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 });
});

test("a stream that counts nothing has no usage", () => {
  const { usage: _, ...message } = messageStart.message;
  const events = scan(sse({ ...messageStart, message }, { type: "message_delta", delta: { stop_reason: "end_turn" } }));
  expect(events.map(({ usage }) => usage)).toEqual([undefined, undefined]);
});

test("what the wire has come to know since is passed through", () => {
  const events = scan(
    sse(
      messageStart,
      { type: "of_a_later_day", x: 1 },
      { type: "content_block_start", index: 0, content_block: { type: "hologram", light: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "hologram_delta", light: "x" } },
    ),
  );
  expect(events.map(({ kind, deltas }) => [kind, deltas.length])).toEqual([
    ["preamble", 1],
    ["preamble", 0],
    ["content", 0],
    ["content", 0],
  ]);
});

test("comments are no events", () => {
  expect(scan(Buffer.from(": keep-alive\n\nevent: ping\n\n"))).toEqual([]);
});

describe("malformed is", () => {
  const data = (text: string) => Buffer.from(`event: x\ndata: ${text}\n\n`);
  const begun = (...events: Parameters<typeof sse>) => sse(messageStart, ...events);

  test.each([
    ["no JSON", data("{not json")],
    ["half of it", data('{"type":"message_start","mess')],
    ["a list", data("[]")],
    ["an object without a type", data("{}")],
    ["a message without a name", sse({ type: "message_start", message: {} })],
    ["a second beginning", begun(messageStart)],
    ["a block before the message", sse(textStart)],
    ["a block that is none", begun({ type: "content_block_start", index: 0 })],
    ["a block out of order", begun({ ...textStart, index: 7 })],
    [
      "a call without a name",
      begun({ type: "content_block_start", index: 0, content_block: { type: "tool_use", id: "a" } }),
    ],
    ["a delta of no block", begun(textDelta("x"))],
    ["a delta without its text", begun(textStart, { ...textDelta("x"), delta: { type: "text_delta" } })],
    ["a delta that is none", begun(textStart, { ...textDelta("x"), delta: null })],
    ["the end of no block", begun({ type: "content_block_stop", index: 0 })],
    ["an end without a delta", begun({ type: "message_delta" })],
    ["an end for no reason", begun({ type: "message_delta", delta: { stop_reason: 7 } })],
  ])("%s", (_, bytes) => {
    expect(() => scan(bytes)).toThrow("its stream holds a malformed event");
  });

  test("what is not UTF-8", () => {
    const bytes = sse(messageStart, textStart, textDelta("abc"));
    bytes[bytes.lastIndexOf("abc") + 1] = 0xff;
    expect(() => scan(bytes)).toThrow("malformed");
  });
});

describe("an error inside of the stream", () => {
  const failureOf = (bytes: Buffer): UpstreamFailure => {
    try {
      scan(bytes);
    } catch (error) {
      return error as UpstreamFailure;
    }
    throw new Error("it was not thrown");
  };
  const error = (type: string, message = "sk-ant-secret words") => sse({ type: "error", error: { type, message } });

  test("that may pass is another backend's to make good", () => {
    expect(failureOf(fixture("overloaded.sse"))).toMatchObject({
      consequence: "failover",
      retryable: true,
      message: "an error inside of its answer (529)",
    });
  });

  test.each([
    ["overloaded_error", "failover"],
    ["api_error", "failover"],
    ["rate_limit_error", "failover"],
    ["timeout_error", "failover"],
    ["of_a_later_day", "failover"],
    ["authentication_error", "alert"],
    ["billing_error", "alert"],
    ["permission_error", "alert"],
    ["not_found_error", "alert"],
    ["invalid_request_error", "reject"],
    ["request_too_large", "reject"],
  ])("%s means %s, told without the provider's words", (type, consequence) => {
    const failure = failureOf(error(type));
    expect(failure.consequence).toBe(consequence);
    expect(failure.message).not.toContain("words");
  });

  test("of a request that is invalid has the provider's words for the client alone", () => {
    const { rejection } = failureOf(error("invalid_request_error", "bad image"));
    expect(rejection).toMatchObject({ status: 400, message: "bad image", type: "invalid_request_error" });
  });
});

describe("wherever the network cuts the bytes", () => {
  const whole = (bytes: Buffer, cuts: readonly number[] = []): string =>
    scan(bytes, cuts)
      .map(({ kind, bytes: own, usage }) => `${kind} ${JSON.stringify(usage)} ${own}`)
      .join("");

  test.each(streams)("%s, in two anywhere, gives the same events", (name) => {
    const bytes = fixture(name);
    const expected = whole(bytes);
    for (let cut = 1; cut < bytes.length; cut++) expect(whole(bytes, [cut])).toBe(expected);
  });

  test("and however often", () => {
    fc.assert(
      fc.property(fc.constantFrom(...streams), fc.array(fc.nat(), { maxLength: 60 }), (name, places) => {
        const bytes = fixture(name);
        const events = scan(
          bytes,
          places.map((place) => place % bytes.length),
        );
        expect(saidBy(events)).toEqual(saidBy(scan(bytes)));
      }),
    );
  });
});

test.each([
  ["without a name", 'data: {"type":"ping"}\n\n'],
  ["without a space", 'event:ping\ndata:{"type":"ping"}\n\n'],
  ["with the line ends of Windows", 'event: ping\r\ndata: {"type":"ping"}\r\n\r\n'],
  ["with its name last", 'data: {"type":"ping"}\nevent: ping\n\n'],
  ["over several lines", 'event: ping\ndata: {"type":\ndata: "ping"}\nid: 5\n\n'],
])("an event %s is the same", (_, text) => {
  expect(scan(Buffer.from(text))).toMatchObject([{ kind: "preamble", value: { type: "ping" } }]);
});
