import { describe, expect, test } from "vitest";
import type { ChatRequest } from "../../../runtime/router/chat/index.ts";
import { RouterError } from "../../../runtime/router/errors.ts";
import { MessagesRequest } from "../../../runtime/router/routes/messages.ts";
import { checkBody } from "../../../runtime/router/routes/validate.ts";
import { anthropicWire } from "../../../runtime/router/wires/anthropic/index.ts";

const hello = [{ role: "user", content: "hi" }];
const read = (fields: object): ChatRequest => anthropicWire.read({ model: "auto", messages: hello, ...fields });
const readContent = (role: string, content: unknown) => read({ messages: [{ role, content }] });
const partsOf = (role: string, content: unknown) =>
  readContent(role, content).messages.flatMap(({ parts }): unknown[] => [...parts]);
const cache = { type: "ephemeral", ttl: "1h" };

test("a plain question", () => {
  expect(read({ max_tokens: 5, stream: true })).toEqual({
    messages: [{ role: "user", parts: [{ type: "text", text: "hi" }] }],
    tools: [],
    stop: [],
    maxOutputTokens: 5,
    foreign: {},
  });
});

test("what samples and stops, and who asks", () => {
  const fields = {
    temperature: 0.5,
    top_p: 0.9,
    top_k: 40,
    stop_sequences: ["END"],
    metadata: { user_id: "u-1" },
  };
  expect(read(fields)).toMatchObject({
    temperature: 0.5,
    topP: 0.9,
    topK: 40,
    stop: ["END"],
    user: "u-1",
    foreign: {},
  });
});

test("a system prompt stands before the turns, its cache with it; system turns stay in their place", () => {
  const system = [{ type: "text", text: "Be brief.", cache_control: cache }];
  const { messages } = read({ system, messages: [...hello, { role: "system", content: "Now in French." }] });
  expect(messages).toEqual([
    { role: "system", parts: [{ type: "text", text: "Be brief.", cache }] },
    { role: "user", parts: [{ type: "text", text: "hi" }] },
    { role: "system", parts: [{ type: "text", text: "Now in French." }] },
  ]);
  expect(read({ system: "Be brief." }).messages[0]).toEqual({
    role: "system",
    parts: [{ type: "text", text: "Be brief." }],
  });
});

describe("blocks of a user", () => {
  test.each([
    [
      "an image in base64",
      { type: "image", source: { type: "base64", media_type: "image/png", data: "aGk=" }, cache_control: cache },
      { type: "image", source: { kind: "base64", mediaType: "image/png", data: "aGk=" }, cache },
    ],
    [
      "an image by its address",
      { type: "image", source: { type: "url", url: "https://a.example/x.png" } },
      { type: "image", source: { kind: "url", url: "https://a.example/x.png" } },
    ],
    [
      "a document with a title",
      {
        type: "document",
        source: { type: "base64", media_type: "application/pdf", data: "aGk=" },
        title: "A",
        citations: { enabled: false },
        context: null,
      },
      { type: "file", source: { kind: "base64", mediaType: "application/pdf", data: "aGk=" }, name: "A" },
    ],
    [
      "a document of text",
      { type: "document", source: { type: "text", media_type: "text/plain", data: "Grüße" } },
      { type: "file", source: { kind: "base64", mediaType: "text/plain", data: "R3LDvMOfZQ==" } },
    ],
    [
      "a document by its address",
      { type: "document", source: { type: "url", url: "https://a.example/x.pdf" } },
      { type: "file", source: { kind: "url", url: "https://a.example/x.pdf" } },
    ],
    ["text", { type: "text", text: "a", cache_control: null, citations: [] }, { type: "text", text: "a" }],
  ])("%s", (_, block, part) => {
    expect(partsOf("user", [block])).toEqual([part]);
    expect(readContent("user", [block]).foreign).toEqual({});
  });

  test("a result of a tool is a message of its own, in its place", () => {
    const image = { type: "image", source: { type: "url", url: "https://a.example/x.png" } };
    const content = [
      { type: "tool_result", tool_use_id: "a", content: "42", is_error: true },
      { type: "tool_result", tool_use_id: "b", content: [{ type: "text", text: "see" }, image], cache_control: cache },
      { type: "tool_result", tool_use_id: "c" },
      { type: "text", text: "Go on." },
    ];
    expect(readContent("user", content).messages).toEqual([
      { role: "tool", callId: "a", parts: [{ type: "text", text: "42" }], isError: true },
      {
        role: "tool",
        callId: "b",
        parts: [
          { type: "text", text: "see" },
          { type: "image", source: { kind: "url", url: "https://a.example/x.png" } },
        ],
      },
      { role: "tool", callId: "c", parts: [] },
      { role: "user", parts: [{ type: "text", text: "Go on." }] },
    ]);
  });
});

describe("blocks of the assistant", () => {
  const call = { type: "tool_use", id: "a", name: "find", input: { q: 1 }, caller: { type: "direct" } };
  const calling = { type: "tool_call", id: "a", name: "find", arguments: '{"q":1}' };
  const thinking = (text: string, signature?: string) => ({ type: "thinking", thinking: text, signature });

  test("text and calls", () => {
    expect(partsOf("assistant", [{ type: "text", text: "So", citations: null }, call])).toEqual([
      { type: "text", text: "So" },
      calling,
    ]);
  });

  test("thoughts that Claude signed", () => {
    expect(partsOf("assistant", [thinking("Hm.", "c2ln"), { type: "redacted_thinking", data: "eHg=" }])).toEqual([
      { type: "reasoning", text: "Hm.", signature: { by: "claude", value: "c2ln" } },
      { type: "reasoning", text: "", signature: { by: "claude", value: "eHg=", redacted: true } },
    ]);
  });

  test("thoughts that nobody signed", () => {
    expect(partsOf("assistant", [thinking("Hm.", ""), thinking("Ah.")])).toEqual([
      { type: "reasoning", text: "Hm." },
      { type: "reasoning", text: "Ah." },
    ]);
  });

  test("Gemini's signature right before a call is the call's", () => {
    const signature = { by: "gemini", value: "Zw==" };
    const second = { ...call, id: "b" };
    expect(partsOf("assistant", [thinking("", "gemini:Zw=="), call, second])).toEqual([
      { ...calling, signature },
      { ...calling, id: "b" },
    ]);
    expect(partsOf("assistant", [thinking("Hm.", "gemini:Zw=="), call])).toEqual([
      { type: "reasoning", text: "Hm." },
      { ...calling, signature },
    ]);
  });

  test("elsewhere it is the thought's, and Claude's stays with the thought", () => {
    expect(partsOf("assistant", [thinking("Hm.", "gemini:Zw=="), { type: "text", text: "So" }])[0]).toEqual({
      type: "reasoning",
      text: "Hm.",
      signature: { by: "gemini", value: "Zw==" },
    });
    expect(partsOf("assistant", [thinking("Hm.", "c2ln"), call])[1]).toEqual(calling);
  });
});

describe("tools", () => {
  const schema = { type: "object", properties: { q: { type: "string" } } };

  test("of the client's own", () => {
    const tools = [
      { name: "a", description: "A.", input_schema: schema, strict: true, cache_control: cache },
      { type: "custom", name: "b", input_schema: schema, eager_input_streaming: true, allowed_callers: ["direct"] },
    ];
    expect(read({ tools })).toMatchObject({
      tools: [
        { name: "a", description: "A.", parameters: schema, strict: true, cache },
        { name: "b", parameters: schema },
      ],
      foreign: {},
    });
  });

  test.each([
    [{ type: "auto" }, { toolChoice: { type: "auto" } }],
    [{ type: "none" }, { toolChoice: { type: "none" } }],
    [
      { type: "any", disable_parallel_tool_use: true },
      { toolChoice: { type: "required" }, parallelToolCalls: false },
    ],
    [
      { type: "tool", name: "a", disable_parallel_tool_use: false },
      { toolChoice: { type: "tool", name: "a" }, parallelToolCalls: true },
    ],
  ])("chosen by %j", (tool_choice, expected) => {
    expect(read({ tool_choice })).toMatchObject(expected);
  });
});

test.each([
  [{ thinking: { type: "enabled", budget_tokens: 2048 } }, { enabled: true, budgetTokens: 2048 }],
  [{ thinking: { type: "adaptive", display: "summarized" } }, { enabled: true }],
  [{ thinking: { type: "disabled" } }, { enabled: false }],
  [{ thinking: { type: "between_tools" } }, { enabled: false }],
  [{ output_config: { effort: "xhigh" } }, { effort: "xhigh" }],
  [
    { thinking: { type: "adaptive" }, output_config: { effort: "low" } },
    { enabled: true, effort: "low" },
  ],
])("%j is how to reason", (fields, reasoning) => {
  expect(read(fields)).toMatchObject({ reasoning, foreign: {} });
});

test.each([
  { output_config: { format: { type: "json_schema", schema: { type: "object" } } } },
  { output_format: { type: "json_schema", schema: { type: "object" } } },
])("%j holds the answer to a schema", (fields) => {
  expect(read(fields)).toMatchObject({
    format: { type: "json_schema", schema: { type: "object" }, strict: true },
    foreign: {},
  });
});

describe("what only this wire knows is told by its path", () => {
  const user = (...content: object[]) => ({ messages: [{ role: "user", content }] });
  const assistant = (...content: object[]) => ({ messages: [...hello, { role: "assistant", content }] });
  const text = { type: "text", text: "a" };
  const result = (block: object) => ({ type: "tool_result", tool_use_id: "a", content: [block] });
  const tool = { name: "a", input_schema: { type: "object" } };

  test.each([
    ["container", { container: "c" }],
    ["inference_geo", { inference_geo: "us" }],
    ["context_management", { context_management: { edits: [] } }],
    ["of_a_later_day", { of_a_later_day: 1 }],
    ["output_config.task_budget", { output_config: { task_budget: {} } }],
    ["output_config.effort", { output_config: { effort: "extreme" } }],
    ["output_config.format", { output_config: { format: { type: "grammar" } } }],
    ["thinking", { thinking: { type: "of_a_later_day" } }],
    ["tool_choice", { tool_choice: { type: "of_a_later_day" } }],
    ["system[0]", { system: [{ type: "image" }] }],
    ["tools[1]", { tools: [tool, { type: "web_search_20260209", name: "web_search" }] }],
    ["tools[0].input_examples", { tools: [{ ...tool, input_examples: [{}] }] }],
    ["tools[0].defer_loading", { tools: [{ ...tool, defer_loading: true }] }],
    ["tools[0].allowed_callers", { tools: [{ ...tool, allowed_callers: ["code_execution_20260521"] }] }],
    ["messages[0].content[1]", user(text, { type: "search_result", source: "x", title: "y", content: [] })],
    ["messages[0].content[0]", user({ type: "container_upload", file_id: "f" })],
    ["messages[0].content[0]", user({ type: "image", source: { type: "file", file_id: "f" } })],
    ["messages[0].content[0]", user({ type: "document", source: { type: "content", content: "x" } })],
    [
      "messages[0].content[0].citations",
      user({ type: "document", source: { type: "url", url: "u" }, citations: { enabled: true } }),
    ],
    ["messages[0].content[0].context", user({ type: "document", source: { type: "url", url: "u" }, context: "x" })],
    [
      "messages[0].content[0].transformations",
      user({ type: "image", source: { type: "url", url: "u" }, transformations: { oversized_image: "error" } }),
    ],
    ["messages[0].content[0].content[0]", user(result({ type: "tool_reference", tool_name: "b" }))],
    ["messages[0].content[0].toolset_name", user({ ...result(text), toolset_name: "browser" })],
    ["messages[1].content[0]", assistant({ type: "server_tool_use", id: "s", name: "web_search", input: {} })],
    ["messages[1].content[0].citations", assistant({ ...text, citations: [{ type: "page_location" }] })],
    [
      "messages[1].content[0].caller",
      assistant({ type: "tool_use", id: "a", name: "b", input: {}, caller: { type: "code_execution_20260120" } }),
    ],
  ])("%s", (path, fields) => {
    expect(Object.keys(read(fields).foreign)).toEqual([path]);
  });

  test("and what changes no answer is told by nobody", () => {
    const fields = {
      service_tier: "auto",
      speed: "fast",
      cache_control: cache,
      diagnostics: { previous_message_id: null },
      container: null,
      thinking: null,
      tools: null,
      stop_sequences: null,
    };
    expect(read(fields)).toEqual(read({}));
  });
});

describe("refused is", () => {
  test.each([
    ["messages[0].content[0].text", { messages: [{ role: "user", content: [{ type: "text" }] }] }],
    ["messages[0].content[0]", { messages: [{ role: "user", content: ["text"] }] }],
    ["messages[0].content", { messages: [{ role: "user", content: 5 }] }],
    ["messages[0].role", { messages: [{ role: "tool", content: "x" }] }],
    ["messages[0].content[0].tool_use_id", { messages: [{ role: "user", content: [{ type: "tool_result" }] }] }],
    [
      "messages[0].content[0].input",
      { messages: [{ role: "assistant", content: [{ type: "tool_use", id: "a", name: "b", input: "{}" }] }] },
    ],
    [
      "messages[0].content[0].source.data",
      {
        messages: [{ role: "user", content: [{ type: "image", source: { type: "base64", media_type: "image/png" } }] }],
      },
    ],
    ["tools[0].input_schema", { tools: [{ name: "a" }] }],
    ["tool_choice.name", { tool_choice: { type: "tool" } }],
    ["thinking.budget_tokens", { thinking: { type: "enabled" } }],
    ["stop_sequences[0]", { stop_sequences: [1] }],
  ])("a wrong %s, by its name", (param, fields) => {
    const error = (() => {
      try {
        return read(fields);
      } catch (thrown) {
        return thrown as RouterError;
      }
    })();
    expect(error).toBeInstanceOf(RouterError);
    expect(error).toMatchObject({ code: "invalid_request", details: { param } });
    expect((error as RouterError).message).toContain(param);
  });
});

describe("the route's schema", () => {
  const check = (body: object) => checkBody(MessagesRequest, { model: "auto", messages: hello, ...body });

  test("leaves a body as it came", () => {
    const body = { model: "auto", messages: hello, max_tokens: 5, of_a_later_day: { x: 1 }, system: null };
    expect(checkBody(MessagesRequest, body)).toBe(body);
  });

  test.each([
    ["max_tokens", { max_tokens: 0 }],
    ["messages", { messages: [] }],
    ["messages[0].role", { messages: [{ role: "tool", content: "x" }] }],
    ["stream", { stream: "yes" }],
    ["system", { system: 5 }],
    ["temperature", { temperature: "hot" }],
    ["tools", { tools: {} }],
    ["metadata.user_id", { metadata: { user_id: 5 } }],
  ])("refuses a wrong %s", (param, fields) => {
    expect(() => check(fields)).toThrow(expect.objectContaining({ details: { param } }));
  });
});
