import { describe, expect, test } from "vitest";
import type { ChatDelta, ChatEvent, FinishReason } from "../../../runtime/router/chat/index.ts";
import { anthropicWire } from "../../../runtime/router/wires/anthropic/index.ts";
import { fixture, messageStart, scan, sse, streams } from "./claude-support.ts";

type Body = Record<string, unknown> & { content: Record<string, unknown>[]; usage: Record<string, unknown> };

function assembled(events: readonly ChatEvent[], from: "anthropic" | "openai" | "gemini" = "anthropic"): Body {
  const assembler = anthropicWire.assembler(from);
  for (const event of events) assembler.add(event);
  return JSON.parse(assembler.finish().toString("utf8")) as Body;
}

/** One event of a provider of another wire. */
const saying = (...deltas: ChatDelta[]): ChatEvent => ({ kind: "content", bytes: Buffer.from("data: {}\n\n"), deltas });

const start: ChatDelta = { type: "start", id: "chatcmpl-1", model: "other-1" };
const finish = (reason: FinishReason): ChatDelta => ({ type: "finish", choice: 0, reason });
const call = (index: number, id: string, more: object = {}): ChatDelta => ({
  type: "tool_call",
  choice: 0,
  index,
  id,
  name: `tool_${index}`,
  ...more,
});
const args = (index: number, json: string): ChatDelta => ({ type: "tool_arguments", choice: 0, index, json });

describe("of Claude's own events", () => {
  test("a text is the message that Claude answers without a stream", () => {
    expect(assembled(scan(fixture("text.sse")))).toEqual({
      model: "claude-sonnet-4-6",
      id: "msg_01XFDUDYJgAACzvnptvVoYEL",
      type: "message",
      role: "assistant",
      content: [{ type: "text", text: 'Hello! "Grüße" – 你好\n' }],
      stop_reason: "end_turn",
      stop_sequence: null,
      usage: {
        input_tokens: 25,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
        cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
        output_tokens: 15,
        service_tier: "standard",
      },
    });
  });

  test("calls have their input as an object, an empty one where nothing was written", () => {
    const { content, stop_reason, usage } = assembled(scan(fixture("tool-use.sse")));
    const input = { location: "San Francisco, CA", unit: "fahrenheit" };
    expect(content).toEqual([
      { type: "text", text: "Okay, let's check the weather:" },
      { type: "tool_use", id: "toolu_01T1x1fJ34qAmk2tNTrN7Up6", name: "get_weather", input },
      { type: "tool_use", id: "toolu_01LDbPQYkTGLnTiYbdEu1Sxh", name: "get_time", input: {} },
    ]);
    expect(stop_reason).toBe("tool_use");
    expect(usage).toEqual({ input_tokens: 472, output_tokens: 89 });
  });

  test("thoughts have their signature", () => {
    const { content } = assembled(scan(fixture("thinking.sse")));
    expect(content.map(({ type }) => type)).toEqual(["thinking", "redacted_thinking", "text"]);
    expect(content[0]).toEqual({
      type: "thinking",
      thinking:
        "I need to find the GCD of 1071 and 462 using the Euclidean algorithm.\n\n1071 = 2 × 462 + 147\n462 = 3 × 147 + 21\n147 = 7 × 21 + 0",
      signature: "EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pkiMOYds",
    });
  });

  test("what only this wire knows survives: a server's tools, citations, further fields", () => {
    const { content, usage, context_management } = assembled(scan(fixture("web-search.sse")));
    expect(content[0]).toMatchObject({ type: "server_tool_use", input: { query: "weather NYC" } });
    expect(content[1]).toMatchObject({ type: "web_search_tool_result", content: [{ type: "web_search_result" }] });
    expect(content[2]).toMatchObject({ text: "It is partly cloudy.", citations: [{ cited_text: "Partly cloudy" }] });
    expect(usage).toMatchObject({ input_tokens: 10_682, server_tool_use: { web_search_requests: 1 } });
    expect(context_management).toEqual({ applied_edits: [] });
  });

  test("a kind of block that is not known yet grows by its deltas' strings", () => {
    const delta = (light: string) => ({ type: "hologram_delta", light });
    const events = scan(
      sse(
        messageStart,
        { type: "content_block_start", index: 0, content_block: { type: "hologram", light: "", depth: 3 } },
        { type: "content_block_delta", index: 0, delta: delta("ab") },
        { type: "content_block_delta", index: 0, delta: delta("cd") },
        { type: "content_block_stop", index: 0 },
        { type: "message_delta", delta: { stop_reason: "end_turn" } },
      ),
    );
    expect(assembled(events).content).toEqual([{ type: "hologram", light: "abcd", depth: 3 }]);
  });

  test("an input that the limit of tokens cut off is kept as the text that it is", () => {
    const events = scan(
      sse(
        messageStart,
        { type: "content_block_start", index: 0, content_block: { type: "tool_use", id: "a", name: "b", input: {} } },
        { type: "content_block_delta", index: 0, delta: { type: "input_json_delta", partial_json: '{"x": "y' } },
        { type: "message_delta", delta: { stop_reason: "max_tokens" } },
      ),
    );
    expect(assembled(events)).toMatchObject({
      stop_reason: "max_tokens",
      content: [{ type: "tool_use", input: { INVALID_JSON: '{"x": "y' } }],
    });
  });
});

test.each(streams.slice(0, 3))("of what %s says is the same answer as of its events", (name) => {
  const events = scan(fixture(name));
  const [own, told] = [assembled(events), assembled(events, "openai")];
  expect(told).toMatchObject({ id: own.id, model: own.model, stop_reason: own.stop_reason });
  expect(told.content).toMatchObject(own.content);
  const { input_tokens, output_tokens } = own.usage;
  expect(told.usage).toMatchObject({ input_tokens, output_tokens });
});

describe("of other providers' events", () => {
  test("a refusal is text, as Claude refuses", () => {
    const refusal: ChatDelta = { type: "refusal", choice: 0, text: "No." };
    const body = assembled([saying(start, refusal), saying(finish("content_filter"))], "openai");
    expect(body).toMatchObject({ stop_reason: "refusal", content: [{ type: "text", text: "No." }] });
  });

  test("a thought without a signature has an empty one", () => {
    const thought: ChatDelta = { type: "reasoning", choice: 0, text: "Hm." };
    const { content } = assembled([saying(start, thought), saying(finish("stop"))], "openai");
    expect(content).toEqual([{ type: "thinking", thinking: "Hm.", signature: "" }]);
  });

  test("Gemini's signature of a call stands in a thought before it", () => {
    const signature = { by: "gemini", value: "c2ln" } as const;
    const deltas = [start, call(0, "a", { signature }), args(0, "{}"), call(1, "b"), args(1, '{"x":1}')];
    const { content } = assembled([saying(...deltas), saying(finish("tool_calls"))], "gemini");
    expect(content).toMatchObject([
      { type: "thinking", thinking: "", signature: "gemini:c2ln" },
      { type: "tool_use", id: "a", input: {} },
      { type: "tool_use", id: "b", input: { x: 1 } },
    ]);
  });

  test("ids that this wire does not allow are replaced, always alike, and never by the same", () => {
    const ids = (...given: string[]) =>
      assembled(
        [saying(start, ...given.map((id, index) => call(index, id))), saying(finish("tool_calls"))],
        "openai",
      ).content.map(({ id }) => String(id));
    const [odd, other, own] = ids("call.1|x", "call_1|x", "call_1-x");
    expect(ids("call.1|x")).toEqual([odd]);
    expect(odd).toMatch(/^[a-zA-Z0-9_-]+$/);
    expect(other).not.toBe(odd);
    expect(own).toBe("call_1-x");
  });

  test("cached tokens are counted beside the input, not in it", () => {
    const usage = {
      prompt_tokens: 100,
      completion_tokens: 7,
      total_tokens: 107,
      cached_tokens: 60,
      cache_write_tokens: 10,
      reasoning_tokens: 3,
    };
    const body = assembled([saying(start), saying(finish("stop"), { type: "usage", usage })], "openai");
    expect(body.usage).toMatchObject({
      input_tokens: 30,
      cache_read_input_tokens: 60,
      cache_creation_input_tokens: 10,
      output_tokens: 7,
      output_tokens_details: { thinking_tokens: 3 },
    });
  });

  test.each([
    ["stop", "end_turn"],
    ["stop_sequence", "stop_sequence"],
    ["length", "max_tokens"],
    ["tool_calls", "tool_use"],
    ["content_filter", "refusal"],
    ["pause", "pause_turn"],
  ] as const)("%s is %s", (reason, stop_reason) => {
    expect(assembled([saying(start), saying(finish(reason))], "openai")).toMatchObject({ stop_reason });
  });

  test("the stop sequence is named", () => {
    const end: ChatDelta = { type: "finish", choice: 0, reason: "stop_sequence", stopSequence: "END" };
    expect(assembled([saying(start, end)], "openai")).toMatchObject({ stop_sequence: "END" });
  });

  test("arguments of a call that is over belong nowhere", () => {
    const mixed = [start, call(0, "a"), call(1, "b"), args(0, "{}")];
    expect(() => assembled([saying(...mixed)], "openai")).toThrow("mixes the arguments of tool calls");
  });
});
