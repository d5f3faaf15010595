import { describe, expect, test } from "vitest";
import { UpstreamFailure } from "../../../runtime/router/providers/failure.ts";
import { StreamGate } from "../../../runtime/router/stream/stream-gate.ts";
import { deltasOf, type Heard, heard, sse } from "./gemini-fixtures.ts";

const kindsOf = ({ events }: Heard): readonly string[] => events.map(({ kind }) => kind);
const event = (value: unknown): Buffer => Buffer.from(`data: ${JSON.stringify(value)}\r\n\r\n`);
const candidate = (parts: unknown[], more: object = {}) => event({ candidates: [{ content: { parts }, ...more }] });

const signature = {
  by: "gemini",
  value: "EqkECqYEARFNMg+gQi3aPkE2hRW/Bg4AK2pNYqUDRt9IxseM7XQNgIzd3hjUAbUwrygYp1LF==",
};

describe("an answer of text", () => {
  test("says its text, the signature at its end, why it ended, and what it used", async () => {
    const answer = await heard([sse("text")]);
    const usage = {
      prompt_tokens: 7,
      completion_tokens: 103,
      total_tokens: 110,
      cached_tokens: 4,
      reasoning_tokens: 94,
    };
    expect(deltasOf(answer)).toEqual([
      { type: "start", id: "WQuqavG5KbfUjMcP", model: "gemini-3.8-flash" },
      { type: "text", choice: 0, text: "Grüße, " },
      { type: "text", choice: 0, text: "it works.\n\nReally 😀" },
      { type: "signature", choice: 0, signature },
      { type: "finish", choice: 0, reason: "stop" },
      { type: "usage", usage },
    ]);
    expect(answer.events.map((each) => each.usage)).toEqual([undefined, undefined, undefined, usage]);
  });

  test("gives what a thought says apart from the text", async () => {
    const said = deltasOf(await heard([sse("thinking")])).filter(({ type }) => type !== "usage");
    expect(said.map(({ type }) => type)).toEqual(["start", "reasoning", "reasoning", "text", "signature", "finish"]);
    expect(said[2]).toEqual({ type: "reasoning", choice: 0, text: " There are three." });
  });

  test("has an id and the name of the model that was asked where Google leaves them out", async () => {
    const [start] = deltasOf(await heard([candidate([{ text: "hi" }])]));
    expect(start).toEqual({
      type: "start",
      id: expect.stringMatching(/^resp_[0-9a-f]{24}$/) as unknown,
      model: "asked-model",
    });
  });

  test("keeps the candidates of one answer apart, and counts when the last one has ended", async () => {
    const answer = await heard([sse("two-candidates")]);
    expect(answer.events.map(({ kind, choices, usage }) => [kind, choices, usage?.completion_tokens])).toEqual([
      ["content", [0, 1], undefined],
      ["content", [0], undefined],
      ["finish", [0], undefined],
      ["content", [1], undefined],
      ["finish", [1], 4],
    ]);
    expect(deltasOf(answer).filter(({ type }) => type === "finish")).toEqual([
      { type: "finish", choice: 0, reason: "stop" },
      { type: "finish", choice: 1, reason: "length" },
    ]);
  });
});

describe("tool calls", () => {
  test("are whole, counted, signed where Gemini signed them, and have ids that differ", async () => {
    const deltas = deltasOf(await heard([sse("parallel-calls")]));
    const id: unknown = expect.stringMatching(/^call_[0-9a-f]{24}$/);
    expect(deltas.slice(1, -1)).toEqual([
      { type: "text", choice: 0, text: "I look at both." },
      { type: "tool_call", choice: 0, index: 0, id, name: "weather", signature },
      { type: "tool_arguments", choice: 0, index: 0, json: '{"city":"Paris","days":2}' },
      { type: "tool_call", choice: 0, index: 1, id, name: "weather" },
      { type: "tool_arguments", choice: 0, index: 1, json: '{"city":"Tokyo"}' },
      { type: "finish", choice: 0, reason: "tool_calls" },
    ]);
    const ids = deltas.flatMap((delta) => (delta.type === "tool_call" ? [delta.id] : []));
    expect(new Set(ids).size).toBe(2);
  });

  test("beyond the first are passed over where the client wants one at a time", async () => {
    const deltas = deltasOf(await heard([sse("parallel-calls")], 1));
    expect(deltas.filter(({ type }) => type === "tool_call")).toMatchObject([{ index: 0, name: "weather", signature }]);
    expect(deltas.filter(({ type }) => type === "tool_arguments")).toMatchObject([
      { json: '{"city":"Paris","days":2}' },
    ]);
    expect(deltas).toContainEqual({ type: "finish", choice: 0, reason: "tool_calls" });
  });

  test("in the same event as the end are forwarded before the end is known to be one", async () => {
    const answer = await heard([sse("call-with-finish")]);
    expect(kindsOf(answer)).toEqual(["content", "finish"]);
    const gate = new StreamGate();
    expect(gate.accept(answer.events).map(({ kind }) => kind)).toEqual(["content"]);
    expect(gate.finished).toBe(true);
    expect(deltasOf(answer)).toContainEqual(expect.objectContaining({ type: "tool_call", id: "lpndqlku" }));
    expect(deltasOf(answer)).toContainEqual({ type: "finish", choice: 0, reason: "tool_calls" });
  });

  test("without arguments have an empty object of them", async () => {
    const deltas = deltasOf(await heard([candidate([{ functionCall: { name: "now" } }])]));
    expect(deltas).toContainEqual({ type: "tool_arguments", choice: 0, index: 0, json: "{}" });
  });
});

describe("an event", () => {
  test("with nothing to see yet is a preamble", async () => {
    expect(
      kindsOf(await heard([candidate([{ text: "" }]), event({ usageMetadata: { promptTokenCount: 1 } })])),
    ).toEqual(["preamble", "preamble"]);
  });

  test("that counts after the end is usage alone, and an end said twice is said once", async () => {
    const end = candidate([], { finishReason: "STOP" });
    const count = event({ usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2 } });
    const answer = await heard([candidate([{ text: "hi" }]), end, end, count]);
    expect(kindsOf(answer)).toEqual(["content", "finish", "preamble", "usage"]);
    expect(answer.events.at(-1)?.usage).toEqual({ prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 });
  });

  test("counts the prompts of Google's own tools as prompt", async () => {
    const usageMetadata = { promptTokenCount: 3, toolUsePromptTokenCount: 10, candidatesTokenCount: 2 };
    const answer = await heard([event({ candidates: [{ finishReason: "STOP" }], usageMetadata })]);
    expect(answer.events.at(-1)?.usage?.prompt_tokens).toBe(13);
  });

  test("that is a comment is none", async () => {
    expect((await heard([Buffer.from(": keep-alive\r\n\r\n")])).events).toEqual([]);
  });
});

describe("why an answer ended", () => {
  test.each([
    ["STOP", "stop"],
    ["MAX_TOKENS", "length"],
    ["CONTINUATION", "length"],
    ["SAFETY", "content_filter"],
    ["RECITATION", "content_filter"],
    ["LANGUAGE", "content_filter"],
    ["BLOCKLIST", "content_filter"],
    ["PROHIBITED_CONTENT", "content_filter"],
    ["SPII", "content_filter"],
    ["IMAGE_SAFETY", "content_filter"],
  ])("%s is %s", async (finishReason, reason) => {
    const deltas = deltasOf(await heard([candidate([{ text: "x" }], { finishReason })]));
    expect(deltas.at(-1)).toEqual({ type: "finish", choice: 0, reason });
  });

  test.each(["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "OTHER", "SOMETHING_NEW", "constructor"])(
    "%s is no end: the answer broke off",
    async (finishReason) => {
      const { events, failure } = await heard([candidate([{ text: "x" }]), candidate([], { finishReason })]);
      expect(events.map(({ kind }) => kind)).toEqual(["content"]);
      expect(failure).toMatchObject({ name: "UpstreamFailure", consequence: "failover", retryable: true });
    },
  );

  test("a safety block in the middle is a content filter's end after what was said", async () => {
    const answer = await heard([sse("safety")]);
    expect(kindsOf(answer)).toEqual(["content", "finish"]);
    expect(deltasOf(answer)).toContainEqual({ type: "finish", choice: 0, reason: "content_filter" });
  });

  test("a malformed call is told without the words that Google wrote", async () => {
    const { failure } = await heard([sse("malformed-call")]);
    expect((failure as UpstreamFailure).message).toBe("its model wrote a malformed tool call");
  });

  test("a blocked prompt is a refusal that no other backend is asked about", async () => {
    const { events, failure } = await heard([sse("prompt-blocked")]);
    expect(events).toEqual([]);
    expect(failure).toMatchObject({
      consequence: "reject",
      rejection: { status: 400, kind: "content_filter", code: "content_filter" },
    });
    expect((failure as UpstreamFailure).message).not.toContain("PROHIBITED");
  });
});

describe("a stream that goes wrong", () => {
  test.each(["error-event", "error-without-data"])("%s: an error of Google's ends it", async (name) => {
    const { events, failure } = await heard([sse(name)]);
    expect(failure).toMatchObject({ name: "UpstreamFailure", consequence: "failover", retryable: true, status: 503 });
    expect((failure as UpstreamFailure).message).not.toContain("overloaded");
    // All came in one piece: before the first batch another backend can give the whole answer.
    expect(events.length).toBeLessThanOrEqual(1);
  });

  test("what was good before an error is not lost once the answer has begun", async () => {
    const { events, failure } = await heard([
      candidate([{ text: "one" }]),
      Buffer.concat([candidate([{ text: "two" }]), event({ error: { code: 500, message: "x", status: "INTERNAL" } })]),
    ]);
    expect(deltasOf({ events }).filter(({ type }) => type === "text")).toHaveLength(2);
    expect(failure).toBeInstanceOf(UpstreamFailure);
  });

  test.each([
    ["no JSON", Buffer.from("data: {nonsense\r\n\r\n")],
    ["a list", event([{ candidates: [] }])],
    ["a text", event("hello")],
    ["candidates that are no list", event({ candidates: {} })],
    ["a candidate that is none", event({ candidates: [5] })],
    ["parts that are no list", event({ candidates: [{ content: { parts: {} } }] })],
    ["a call without a name", candidate([{ functionCall: { args: {} } }])],
    ["a call with a list of arguments", candidate([{ functionCall: { name: "f", args: [] } }])],
    ["HTML", Buffer.from("<html>\r\n\r\n")],
    ["bytes that are not UTF-8", Buffer.from([...Buffer.from('data: {"a":"'), 0xff, ...Buffer.from('"}\r\n\r\n')])],
  ])("%s is malformed", async (_, bytes) => {
    expect((await heard([bytes])).failure).toMatchObject({
      message: "its stream holds a malformed event",
      consequence: "failover",
    });
  });

  test("a part that can't be passed on is never left out in silence", async () => {
    const { failure } = await heard([candidate([{ inlineData: { mimeType: "image/png", data: "AA==" } }])]);
    expect(failure).toMatchObject({ name: "UpstreamFailure", consequence: "failover" });
  });

  test("cut in the middle of an event it just ends: whether the answer was whole is the reader's to see", async () => {
    const bytes = sse("text");
    const { events, failure } = await heard([bytes.subarray(0, bytes.length - 30)]);
    expect(failure).toBeUndefined();
    expect(events.map(({ kind }) => kind)).toEqual(["content", "content"]);
  });
});
