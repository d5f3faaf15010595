import { describe, expect, test } from "vitest";
import type { ChatRequest, Message } from "../../../runtime/router/chat/index.ts";
import { unsupportedBy } from "../../../runtime/router/providers/claude/unsupported.ts";
import { anthropicQuestion, openAiQuestion } from "./claude-support.ts";

const model = "claude-sonnet-4-6";
const hello: Message = { role: "user", parts: [{ type: "text", text: "hi" }] };
const lacking = (request: Partial<ChatRequest>, asked = model, prefill = false) =>
  unsupportedBy(openAiQuestion({ messages: [hello], ...request }), asked, prefill);

test.each([
  [undefined, { temperature: 0.5 }, []],
  ["2023-06-01", { temperature: 0.5, top_k: 5 }, []],
  ["2026-10-21", { temperature: 1, top_p: null, top_k: 5 }, ["temperature", "top_k"]],
  ["2027-01-01", { top_p: 1 }, ["top_p"]],
  ["2026-10-21", {}, []],
])("a body of version %s: %j lacks %j", (version, sampling, names) => {
  const question = {
    ...anthropicQuestion({ messages: [{ role: "user", content: "hi" }], ...sampling }),
    ...(version === undefined ? {} : { headers: { "anthropic-version": version } }),
  };
  expect(unsupportedBy(question, model, false).map(({ param }) => param)).toEqual(names);
});

describe("of a request of another wire", () => {
  test("all that Claude can do is supported", () => {
    const request: Partial<ChatRequest> = {
      messages: [
        { role: "system", parts: [{ type: "text", text: "Be brief." }] },
        {
          role: "user",
          parts: [
            { type: "image", source: { kind: "base64", mediaType: "image/png", data: "" }, detail: "low" },
            { type: "image", source: { kind: "url", url: "https://a.example/x" } },
            { type: "file", source: { kind: "base64", mediaType: "application/pdf", data: "" } },
          ],
        },
        { role: "assistant", parts: [{ type: "tool_call", id: "a", name: "f", arguments: "" }] },
        { role: "tool", callId: "a", parts: [] },
      ],
      tools: [{ name: "f" }],
      toolChoice: { type: "required" },
      choices: 1,
      frequencyPenalty: 0,
      presencePenalty: 0,
      temperature: 0.3,
      topP: 1,
      topK: 5,
      stop: ["END"],
      format: { type: "json_schema", schema: {} },
      user: "u",
      maxOutputTokens: 10,
    };
    expect(lacking(request)).toEqual([]);
    expect(lacking({ reasoning: { effort: "high" }, temperature: 1 })).toEqual([]);
  });

  const named = (role: "user" | "assistant"): Message => ({ role, parts: [{ type: "text", text: "x" }], name: "Ann" });
  const media = (type: "image" | "file", mediaType: string): Message => ({
    role: "user",
    parts: [
      { type: "text", text: "x" },
      { type, source: { kind: "base64", mediaType, data: "" } },
    ],
  });
  const calling = (json: string): Message => ({
    role: "assistant",
    parts: [
      { type: "text", text: "x" },
      { type: "tool_call", id: "a", name: "f", arguments: json },
    ],
  });

  test.each<[string, Partial<ChatRequest>, string]>([
    ["n", { choices: 2 }, "one answer"],
    ["seed", { seed: 1 }, "no seed"],
    ["frequency_penalty", { frequencyPenalty: 0.5 }, "penalties"],
    ["presence_penalty", { presencePenalty: -1 }, "penalties"],
    ["logprobs", { logprobs: 0 }, "log probabilities"],
    ["temperature", { temperature: 1.5 }, "ends at 1"],
    ["top_p", { temperature: 0.5, topP: 0.5 }, "not both"],
    ["response_format", { format: { type: "json" } }, "json_schema"],
    ["stop", { stop: ["END", "\n"] }, "blanks"],
    ["logit_bias", { foreign: { logit_bias: {} } }, "no logit_bias"],
    ["messages[1].name", { messages: [hello, named("user")] }, "role only"],
    ["messages[1].name", { messages: [hello, named("assistant"), hello] }, "role only"],
    ["messages[0].content[1]", { messages: [media("image", "image/bmp")] }, "image/png"],
    ["messages[0].content[1]", { messages: [media("file", "audio/wav")] }, "application/pdf"],
    [
      "messages[1].content[0]",
      {
        messages: [
          hello,
          {
            ...media("image", "image/bmp"),
            role: "tool",
            callId: "a",
            parts: media("image", "image/bmp").parts.slice(1),
          } as Message,
        ],
      },
      "image/png",
    ],
    ["messages[1].tool_calls[0].function.arguments", { messages: [hello, calling('{"x":'), hello] }, "JSON object"],
    ["messages[1].tool_calls[0].function.arguments", { messages: [hello, calling("[1]"), hello] }, "JSON object"],
    ["reasoning_effort", { reasoning: { effort: "low" }, maxOutputTokens: 1000 }, "fewer than the limit"],
    ["messages", { messages: [hello, { role: "assistant", parts: [{ type: "text", text: "So" }] }] }, "go on"],
  ])("%s of %j is not", (param, request, reason) => {
    const asked = param === "reasoning_effort" ? "claude-haiku-4-5" : model;
    expect(lacking(request, asked)).toEqual([{ param, reason: expect.stringContaining(reason) }]);
    expect(lacking(request, asked)[0]?.reason).toContain("claude");
  });

  test.each<[string, string, Partial<ChatRequest>]>([
    ["claude-opus-5", "temperature", { temperature: 0.5 }],
    ["claude-sonnet-5", "top_p", { topP: 0.5 }],
    ["claude-opus-4-7", "top_k", { topK: 5 }],
    ["claude-opus-5-5", "reasoning_effort", { reasoning: { enabled: false } }],
    ["claude-fable-5", "reasoning_effort", { reasoning: { enabled: false } }],
    ["claude-opus-5-5", "reasoning_effort", { reasoning: { budgetTokens: 2000 } }],
    ["claude-opus-5-5", "tool_choice", { tools: [{ name: "f" }], toolChoice: { type: "required" } }],
    ["claude-sonnet-5-5", "tool_choice", { tools: [{ name: "f" }], toolChoice: { type: "tool", name: "f" } }],
    [
      "claude-haiku-4-5",
      "tool_choice",
      { tools: [{ name: "f" }], toolChoice: { type: "required" }, reasoning: { effort: "low" } },
    ],
    ["claude-sonnet-4-6", "temperature", { temperature: 0.5, reasoning: { effort: "low" } }],
  ])("%s does not do %s of %j", (asked, param, request) => {
    expect(lacking(request, asked)).toEqual([{ param, reason: expect.stringContaining(`claude/${asked} `) }]);
  });

  test("a model that goes on with an answer may be given one", () => {
    const messages: Message[] = [hello, { role: "assistant", parts: [{ type: "text", text: "So" }] }];
    expect(lacking({ messages }, "claude-haiku-4-5", true)).toEqual([]);
    expect(lacking({ messages, reasoning: { effort: "low" } }, "claude-haiku-4-5", true)).toHaveLength(1);
  });

  test.each(["claude-haiku-5-5", "claude-opus-5", "of-another-name"])("%s can be made to call a tool", (asked) => {
    expect(lacking({ tools: [{ name: "f" }], toolChoice: { type: "required" } }, asked)).toEqual([]);
  });

  test("nothing is refused in the name of a model that is not known", () => {
    expect(lacking({ temperature: 0.5, topK: 3, reasoning: { enabled: false } }, "of-another-name")).toEqual([]);
  });
});

describe("of a request of Claude's own wire", () => {
  const refused = (fields: object, asked = model, prefill = false) =>
    unsupportedBy(anthropicQuestion(fields), asked, prefill).map(({ param }) => param);

  test("whatever the wire has is Claude's to judge", () => {
    const fields = { container: "c", tools: [{ type: "web_search_20260209", name: "web_search" }], of_a_later_day: 1 };
    expect(refused({ ...fields, thinking: { type: "of_a_later_day" } })).toEqual([]);
  });

  test.each([
    ["claude-haiku-4-5", { thinking: { type: "adaptive" } }, ["thinking"]],
    ["claude-haiku-4-5", { output_config: { effort: "low" } }, ["output_config.effort"]],
    ["claude-opus-4-5", { output_config: { effort: "low" } }, []],
    ["claude-opus-4-5", { output_config: { effort: "max" } }, ["output_config.effort"]],
    ["claude-sonnet-4-6", { output_config: { effort: "xhigh" } }, ["output_config.effort"]],
    ["claude-opus-4-7", { thinking: { type: "enabled", budget_tokens: 2000 } }, ["thinking"]],
    ["claude-sonnet-5", { thinking: { type: "disabled" }, temperature: 0.2 }, ["temperature"]],
    ["claude-sonnet-5-5", { thinking: { type: "disabled" } }, ["thinking"]],
    ["claude-sonnet-5-5", { thinking: { type: "between_tools" } }, []],
    ["claude-fable-5-1", { tool_choice: { type: "any" } }, ["tool_choice"]],
    ["claude-fable-5", { tool_choice: { type: "any" } }, []],
    ["claude-sonnet-4-6", { thinking: { type: "adaptive" }, top_p: 0.97, temperature: 1 }, []],
    ["claude-sonnet-4-6", { thinking: { type: "adaptive" }, top_p: 0.5, top_k: 3 }, ["top_p", "top_k"]],
    ["claude-sonnet-4-5", { temperature: 0.5, top_k: 4, thinking: null }, []],
  ])("%s and %j: %j", (asked, fields, params) => {
    expect(refused(fields, asked)).toEqual(params);
  });

  test("an answer to go on with is for models that do; a paused turn is none", () => {
    const ending = (content: unknown) => ({
      messages: [
        { role: "user", content: "hi" },
        { role: "assistant", content },
      ],
    });
    expect(refused(ending("So"))).toEqual(["messages"]);
    expect(refused(ending([{ type: "text", text: "So" }]))).toEqual(["messages"]);
    expect(refused(ending("So"), "claude-haiku-4-5", true)).toEqual([]);
    expect(refused(ending([{ type: "server_tool_use", id: "s", name: "web_search", input: {} }]))).toEqual([]);
  });
});
