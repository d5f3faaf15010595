import { describe, expect, test } from "vitest";
import type { ChatDelta, ChatEvent } from "../../../runtime/router/chat/index.ts";
import { openAiWire } from "../../../runtime/router/wires/openai/index.ts";
import { chunk, common, done, opening, scanned, sse } from "./openai-support.ts";

function assembled(...events: Buffer[]) {
  const assembler = openAiWire.assembler("openai");
  for (const event of scanned(Buffer.concat([opening, ...events, chunk({}, "stop"), done]))) assembler.add(event);
  return JSON.parse(assembler.finish().toString()) as Completion;
}

interface Completion {
  choices: { message: Record<string, unknown>; logprobs: unknown; finish_reason: string }[];
  [field: string]: unknown;
}

const messageOf = (...events: Buffer[]) => assembled(...events).choices[0]?.message;

test("an answer has the form of one that was not streamed", () => {
  const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3, prompt_tokens_details: { audio_tokens: 0 } };
  const counted = sse(JSON.stringify({ ...common, choices: [], usage, service_tier: "default" }));
  expect(assembled(chunk({ content: "a" }, null, { obfuscation: "x" }), chunk({ content: "é" }), counted)).toEqual({
    id: "chatcmpl-1",
    object: "chat.completion",
    created: common.created,
    model: "gpt-x",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: "aé", refusal: null },
        logprobs: null,
        finish_reason: "stop",
      },
    ],
    system_fingerprint: "fp_1",
    service_tier: "default",
    usage,
  });
});

describe("content", () => {
  test("is empty where nothing was said", () => {
    expect(messageOf()?.content).toBe("");
  });

  test.each([
    ["calls", { tool_calls: [{ index: 0, id: "c", function: { name: "f", arguments: "" } }] }],
    ["a refusal", { refusal: "no" }],
    ["the one call of before there were tools", { function_call: { name: "f", arguments: "{}" } }],
  ])("is null where there is only %s", (_what, delta) => {
    expect(messageOf(chunk(delta))?.content).toBeNull();
  });
});

test("calls are put together, without the numbers of their parts", () => {
  const part = (call: object) => chunk({ tool_calls: [call] });
  const message = messageOf(
    part({ index: 0, id: "a", type: "function", function: { name: "f", arguments: "" } }),
    part({ index: 0, function: { arguments: '{"x":' } }),
    part({ index: 1, id: "b", type: "function", function: { name: "g", arguments: "{}" } }),
    part({ index: 0, function: { arguments: "1}" } }),
  );
  expect(message?.tool_calls).toEqual([
    { id: "a", type: "function", function: { name: "f", arguments: '{"x":1}' } },
    { id: "b", type: "function", function: { name: "g", arguments: "{}" } },
  ]);
});

test("log probabilities are put one after the other", () => {
  const token = (name: string) => ({ token: name, logprob: -1, bytes: [1], top_logprobs: [] });
  const said = (name: string) =>
    sse(
      JSON.stringify({
        ...common,
        choices: [{ index: 0, delta: { content: name }, logprobs: { content: [token(name)], refusal: null } }],
      }),
    );
  const [choice] = assembled(said("a"), said("b")).choices;
  expect(choice?.message.content).toBe("ab");
  expect(choice?.logprobs).toEqual({ content: [token("a"), token("b")], refusal: null });
});

test("what the router does not know is kept", () => {
  const citation = (url: string) => ({ type: "url_citation", url_citation: { url } });
  const message = messageOf(
    chunk({ content: "a", annotations: [citation("1")], provider_field: { a: 1 } }),
    chunk({ annotations: [citation("2")], provider_field: { b: 2 } }),
    chunk({ reasoning_content: "h" }),
    chunk({ reasoning_content: "m" }),
  );
  expect(message).toMatchObject({
    annotations: [citation("1"), citation("2")],
    provider_field: { a: 1, b: 2 },
    reasoning_content: "hm",
  });
});

test("a filter's verdict on a text is kept, though all but the text is the same in each event", () => {
  const said = (content: string) =>
    sse(
      JSON.stringify({ ...common, choices: [{ index: 0, delta: { content }, content_filter_results: { hate: 0 } }] }),
    );
  expect(assembled(said("a"), said("b")).choices[0]).toMatchObject({
    message: { content: "ab" },
    content_filter_results: { hate: 0 },
  });
});

test("sound that comes in complete parts is one piece", () => {
  const part = (bytes: string) => chunk({ audio: { data: Buffer.from(bytes).toString("base64"), transcript: bytes } });
  const audio = messageOf(chunk({ audio: { id: "s" } }), part("ab"), part("cdef"), part("g"))?.audio as {
    data: string;
    transcript: string;
  };
  expect(Buffer.from(audio.data, "base64").toString()).toBe("abcdefg");
  expect(audio.transcript).toBe("abcdefg");
});

test("choices stand in their order", () => {
  const other = [chunk({ role: "assistant", content: "b" }, null, {}, 1), chunk({}, "length", {}, 1)];
  expect(assembled(...other, chunk({ content: "a" })).choices).toMatchObject([
    { index: 0, message: { content: "a" }, finish_reason: "stop" },
    { index: 1, message: { content: "b" }, finish_reason: "length" },
  ]);
});

test("an event can still be read after a later one was added", () => {
  const part = (json: string) => chunk({ tool_calls: [{ index: 0, function: { arguments: json } }] });
  const events = scanned(Buffer.concat([opening, part("[1"), part(",2]")]));
  const assembler = openAiWire.assembler("openai");
  for (const event of events) assembler.add(event);
  expect(events[1]?.deltas).toContainEqual({ type: "tool_arguments", choice: 0, index: 0, json: "[1" });
});

test("a field named as a prototype reaches no other object", () => {
  const forged = sse(JSON.stringify({ ...common, choices: [] }).replace("{", '{"__proto__":{"forged":true},'));
  assembled(forged, forged);
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect("forged" in {}).toBe(false);
});

test("an answer without end is given up before it fills the memory", () => {
  const assembler = openAiWire.assembler("openai");
  const [, , event] = scanned(
    Buffer.concat([opening, chunk({ content: "a" }), chunk({ content: "x".repeat(1 << 20) })]),
  );
  expect(() => {
    for (let i = 0; event && i < 100; i++) assembler.add(event);
  }).toThrow("too large");
});

describe("out of the events of another wire", () => {
  const event = (...deltas: ChatDelta[]): ChatEvent => ({ kind: "content", bytes: Buffer.from("x"), deltas });

  test("an answer has the same form", () => {
    const assembler = openAiWire.assembler("anthropic");
    const text: ChatDelta = { type: "text", choice: 0, text: "never read" };
    for (const one of [
      event({ type: "start", id: "msg_1", model: "claude-x" }),
      event({ type: "reasoning", choice: 0, text: "hm" }),
      event({ type: "signature", choice: 0, signature: { by: "claude", value: "s" } }),
      event({ type: "text", choice: 0, text: 'a"' }),
      { ...event(text), rawText: Buffer.from("\\u00e9") },
      event(
        { type: "tool_call", choice: 0, index: 0, id: "c", name: "f", signature: { by: "gemini", value: "t" } },
        { type: "tool_arguments", choice: 0, index: 0, json: "{" },
      ),
      event({ type: "tool_arguments", choice: 0, index: 0, json: "}" }),
      event({ type: "usage", usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3, cached_tokens: 1 } }),
      event({ type: "finish", choice: 0, reason: "tool_calls" }),
    ]) {
      assembler.add(one);
    }
    expect(JSON.parse(assembler.finish().toString())).toEqual({
      id: "msg_1",
      object: "chat.completion",
      created: expect.any(Number),
      model: "claude-x",
      choices: [
        {
          index: 0,
          message: {
            role: "assistant",
            content: 'a"é',
            refusal: null,
            tool_calls: [
              {
                id: "c",
                type: "function",
                function: { name: "f", arguments: "{}" },
                extra_content: { google: { thought_signature: "t" } },
              },
            ],
            reasoning_content: "hm",
            reasoning_details: [
              { type: "reasoning.text", text: "hm", signature: "s", format: "anthropic-claude-v1", index: 0 },
            ],
          },
          logprobs: null,
          finish_reason: "tool_calls",
        },
      ],
      usage: {
        prompt_tokens: 1,
        completion_tokens: 2,
        total_tokens: 3,
        prompt_tokens_details: { cached_tokens: 1 },
      },
    });
  });
});
