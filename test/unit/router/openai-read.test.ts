import { describe, expect, test } from "vitest";
import { openAiWire } from "../../../runtime/router/wires/openai/index.ts";

const read = (body: object) => openAiWire.read({ model: "auto", messages: [], ...body });
const messagesOf = (...messages: object[]) => read({ messages });
const png = "data:image/png;base64,AAAA";
const bytes = { kind: "base64", mediaType: "image/png", data: "AAAA" };

describe("messages", () => {
  test.each([
    [
      { role: "system", content: "a" },
      { role: "system", parts: [{ type: "text", text: "a" }] },
    ],
    [
      { role: "developer", content: "a" },
      { role: "system", parts: [{ type: "text", text: "a" }] },
    ],
    [
      { role: "user", content: [{ type: "text", text: "a" }], name: "n" },
      { role: "user", parts: [{ type: "text", text: "a" }], name: "n" },
    ],
    [
      { role: "assistant", content: "a" },
      { role: "assistant", parts: [{ type: "text", text: "a" }] },
    ],
    [
      { role: "assistant", content: null },
      { role: "assistant", parts: [] },
    ],
    [
      { role: "assistant", content: "", refusal: "no" },
      { role: "assistant", parts: [{ type: "refusal", text: "no" }] },
    ],
    [
      { role: "assistant", content: [{ type: "refusal", refusal: "no" }] },
      { role: "assistant", parts: [{ type: "refusal", text: "no" }] },
    ],
    [
      { role: "tool", tool_call_id: "c", content: "r" },
      { role: "tool", callId: "c", parts: [{ type: "text", text: "r" }] },
    ],
  ])("%j", (given, message) => {
    expect(messagesOf(given)).toMatchObject({ messages: [message], foreign: {} });
  });

  test.each([
    [
      { type: "image_url", image_url: { url: png, detail: "low" } },
      { type: "image", source: bytes, detail: "low" },
    ],
    [
      { type: "image_url", image_url: png },
      { type: "image", source: bytes },
    ],
    [
      { type: "image_url", image_url: { url: "https://host/a.png" } },
      { type: "image", source: { kind: "url", url: "https://host/a.png" } },
    ],
    [
      { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,BB==" } },
      { type: "file", source: { kind: "base64", mediaType: "application/pdf", data: "BB==" }, name: "a.pdf" },
    ],
    [
      { type: "file", file: { file_data: "BB==" } },
      { type: "file", source: { kind: "base64", mediaType: "application/pdf", data: "BB==" } },
    ],
    [
      { type: "text", text: "a", prompt_cache_breakpoint: { mode: "explicit" } },
      { type: "text", text: "a" },
    ],
  ])("part %j", (given, part) => {
    const { messages, foreign } = messagesOf({ role: "user", content: [given] });
    expect(messages).toEqual([{ role: "user", parts: [part] }]);
    expect(foreign).toEqual({});
  });

  test("calls and their signatures", () => {
    const called = { id: "c", type: "function", function: { name: "f", arguments: '{"a":1}' } };
    const signed = { ...called, id: "d", extra_content: { google: { thought_signature: "s" } } };
    const [message] = messagesOf({ role: "assistant", content: null, tool_calls: [called, signed] }).messages;
    expect(message?.role === "assistant" && message.parts).toEqual([
      { type: "tool_call", id: "c", name: "f", arguments: '{"a":1}' },
      { type: "tool_call", id: "d", name: "f", arguments: '{"a":1}', signature: { by: "gemini", value: "s" } },
    ]);
  });

  test("thoughts with their signatures, before what was said", () => {
    const { messages } = messagesOf({
      role: "assistant",
      content: "a",
      reasoning_content: "hmmm",
      reasoning_details: [
        { type: "reasoning.text", text: "hm", signature: "s", format: "anthropic-claude-v1", index: 0 },
        { type: "reasoning.encrypted", data: "e", format: "google-gemini-v1", index: 1 },
        { type: "reasoning.encrypted", data: "x", format: "of-another-provider", index: 2 },
      ],
    });
    expect(messages).toEqual([
      {
        role: "assistant",
        parts: [
          { type: "reasoning", text: "hm", signature: { by: "claude", value: "s" } },
          { type: "reasoning", text: "", signature: { by: "gemini", value: "e", redacted: true } },
          { type: "text", text: "a" },
        ],
      },
    ]);
  });

  test("a thought that nobody signed", () => {
    expect(messagesOf({ role: "assistant", content: null, reasoning: "hm" }).messages).toEqual([
      { role: "assistant", parts: [{ type: "reasoning", text: "hm" }] },
    ]);
  });

  test("a call of before there were tools, and its result; but not the functions for a new one", () => {
    const request = read({
      messages: [
        { role: "assistant", content: null, function_call: { name: "f", arguments: "{}" } },
        { role: "function", name: "f", content: "r" },
      ],
      functions: [{ name: "f", parameters: { type: "object" } }],
      function_call: { name: "f" },
    });
    expect(request.tools).toEqual([]);
    expect(Object.keys(request.foreign)).toEqual(["functions", "function_call"]);
    const [call, result] = request.messages;
    const part = call?.role === "assistant" ? call.parts[0] : undefined;
    expect(part).toMatchObject({ type: "tool_call", name: "f", arguments: "{}" });
    expect(result).toEqual({
      role: "tool",
      callId: part?.type === "tool_call" && part.id,
      parts: [{ type: "text", text: "r" }],
    });
  });

  test("an answer that is sent back as it came asks for nothing foreign", () => {
    const answer = {
      role: "assistant",
      content: "a",
      refusal: null,
      annotations: [],
      audio: null,
      function_call: null,
    };
    expect(messagesOf({ ...answer, parsed: { a: 1 }, provider_field: 1 })).toMatchObject({
      messages: [{ role: "assistant", parts: [{ type: "text", text: "a" }] }],
      foreign: {},
    });
  });
});

describe("settings", () => {
  test.each([
    [{ max_tokens: 5 }, { maxOutputTokens: 5 }],
    [{ max_tokens: 5, max_completion_tokens: 6 }, { maxOutputTokens: 6 }],
    [
      { temperature: 0.5, top_p: 0.9, seed: 7, n: 2 },
      { temperature: 0.5, topP: 0.9, seed: 7, choices: 2 },
    ],
    [
      { frequency_penalty: 1, presence_penalty: -1 },
      { frequencyPenalty: 1, presencePenalty: -1 },
    ],
    [{ stop: "x" }, { stop: ["x"] }],
    [{ stop: ["x", "y"] }, { stop: ["x", "y"] }],
    [
      { stop: null, tools: null },
      { stop: [], tools: [] },
    ],
    [{ logprobs: true }, { logprobs: 0 }],
    [{ logprobs: true, top_logprobs: 3 }, { logprobs: 3 }],
    [{ reasoning_effort: "none" }, { reasoning: { enabled: false } }],
    [{ reasoning_effort: "xhigh" }, { reasoning: { effort: "xhigh" } }],
    [{ user: "u" }, { user: "u" }],
    [{ user: "u", safety_identifier: "s" }, { user: "s" }],
    [
      { tool_choice: "required", parallel_tool_calls: false },
      { toolChoice: { type: "required" }, parallelToolCalls: false },
    ],
    [{ tool_choice: { type: "function", function: { name: "f" } } }, { toolChoice: { type: "tool", name: "f" } }],
    [{ response_format: { type: "json_object" } }, { format: { type: "json" } }],
    [
      {
        response_format: { type: "json_schema", json_schema: { name: "n", strict: true, schema: { type: "object" } } },
      },
      { format: { type: "json_schema", name: "n", strict: true, schema: { type: "object" } } },
    ],
    [
      { tools: [{ type: "function", function: { name: "f", description: "d", parameters: {}, strict: true } }] },
      { tools: [{ name: "f", description: "d", parameters: {}, strict: true }] },
    ],
  ])("%j", (given, settings) => {
    expect(read(given)).toMatchObject({ ...settings, foreign: {} });
  });

  test("that are not given are absent", () => {
    expect(Object.keys(read({ response_format: { type: "text" }, logprobs: false })).sort()).toEqual([
      "foreign",
      "messages",
      "stop",
      "tools",
    ]);
  });
});

describe("foreign is", () => {
  const custom = { type: "custom", custom: { name: "c" } };
  const audio = { type: "input_audio", input_audio: { data: "AA", format: "wav" } };
  test.each([
    [{ logit_bias: { 5: 1 } }, ["logit_bias"]],
    [{ modalities: ["text", "audio"], audio: { voice: "v" } }, ["modalities", "audio"]],
    [{ web_search_options: {}, unheard_of: 0 }, ["web_search_options", "unheard_of"]],
    [{ tools: [custom] }, ["tools[0]"]],
    [{ tool_choice: { type: "allowed_tools", allowed_tools: {} } }, ["tool_choice"]],
    [{ response_format: { type: "grammar" } }, ["response_format"]],
    [{ messages: [{ role: "user", content: [audio] }] }, ["messages[0].content[0]"]],
    [{ messages: [{ role: "user", content: [{ type: "file", file: { file_id: "f" } }] }] }, ["messages[0].content[0]"]],
    [{ messages: [{ role: "assistant", audio: { id: "a" } }] }, ["messages[0].audio"]],
    [{ messages: [{ role: "assistant", tool_calls: [{ id: "c", ...custom }] }] }, ["messages[0].tool_calls[0]"]],
    [{ messages: [{ role: "user", content: "a", mood: 1 }] }, ["messages[0].mood"]],
    [
      { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: png, detail: "original" } }] }] },
      ["messages[0].content[0].image_url.detail"],
    ],
  ])("in %j what changes the answer", (given, paths) => {
    expect(Object.keys(read(given).foreign).sort()).toEqual([...paths].sort());
  });

  test("nothing that does not", () => {
    const without = {
      stream: true,
      stream_options: { include_usage: true },
      store: true,
      metadata: { a: "b" },
      service_tier: "flex",
      prompt_cache_key: "k",
      prompt_cache_options: {},
      prompt_cache_retention: "24h",
      prediction: { type: "content", content: "a" },
      modalities: ["text"],
      logit_bias: {},
      verbosity: null,
    };
    expect(read(without).foreign).toEqual({});
  });
});

test.each([
  [{ temperature: "hot" }, "temperature"],
  [{ stop: [1] }, "stop"],
  [{ reasoning_effort: "much" }, "reasoning_effort"],
  [{ tool_choice: "some" }, "tool_choice"],
  [{ tools: [{ type: "function", function: {} }] }, "tools[0].function.name"],
  [{ messages: ["a"] }, "messages[0]"],
  [{ messages: [{ role: "judge", content: "a" }] }, "messages[0].role"],
  [{ messages: [{ role: "user", content: 5 }] }, "messages[0].content"],
  [{ messages: [{ role: "user", content: [{ type: "text" }] }] }, "messages[0].content[0].text"],
  [{ messages: [{ role: "tool", content: "a" }] }, "messages[0].tool_call_id"],
  [{ messages: [{ role: "function", name: "f", content: "a" }] }, "messages[0]"],
  [
    { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "file:///etc/passwd" } }] }] },
    "messages[0].content[0].image_url.url",
  ],
  [
    { messages: [{ role: "user", content: [{ type: "file", file: { file_data: "data:text/plain,abc" } }] }] },
    "messages[0].content[0].file.file_data",
  ],
])("%j is refused, and the field named", (given, param) => {
  expect(() => read(given)).toThrow(
    expect.objectContaining({ code: "invalid_request", details: expect.objectContaining({ param }) }),
  );
});
