import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChatRequest, Message } from "../../../runtime/router/chat/index.ts";
import { claudeBody } from "../../../runtime/router/providers/claude/body.ts";
import { anthropicQuestion, callOf, openAiQuestion } from "./claude-support.ts";

type Body = Record<string, unknown> & { messages: { role: string; content: Record<string, unknown>[] }[] };

const text = (said: string) => ({ type: "text", text: said }) as const;
const user = (said: string): Message => ({ role: "user", parts: [text(said)] });
const call = (id: string, json = "{}") => ({ type: "tool_call", id, name: "f", arguments: json }) as const;
const result = (callId: string, said: string): Message => ({ role: "tool", callId, parts: [text(said)] });
const rendered = (request: Partial<ChatRequest>, more: Parameters<typeof callOf>[1] = {}): Body =>
  claudeBody(callOf(openAiQuestion(request), { maxOutputTokens: 4096, ...more })) as Body;

describe("of a client of Claude's own wire", () => {
  const sent = (fields: object, more = {}) => claudeBody(callOf(anthropicQuestion(fields), more)) as Body;

  test("the body goes as it came, but for the model and that it is a stream", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^x[a-z_]{0,9}$/), fc.jsonValue()), (more) => {
        const fields = { ...more, max_tokens: 7, messages: [{ role: "user", content: "hi" }] };
        expect(sent(fields)).toEqual({ ...fields, model: "claude-sonnet-4-6", stream: true });
      }),
    );
  });

  test("the router's limit stands where the client gave none", () => {
    expect(sent({}, { maxOutputTokens: 9 })).toMatchObject({ max_tokens: 9 });
    expect(sent({ max_tokens: null }, { maxOutputTokens: 9 })).toMatchObject({ max_tokens: 9 });
    expect(sent({ max_tokens: 5 })).toMatchObject({ max_tokens: 5 });
  });

  test("thoughts of other providers are left out, which Claude would refuse; its own stay", () => {
    const own = { type: "thinking", thinking: "Hm.", signature: "c2ln" };
    const others = [
      { type: "thinking", thinking: "", signature: "gemini:Zw==" },
      { type: "thinking", thinking: "Ah.", signature: "" },
      { type: "thinking", thinking: "Oh." },
    ];
    const question = { role: "user", content: "hi" };
    const turn = (...content: object[]) => ({ role: "assistant", content });
    const messages = [question, turn(own, ...others, text("So")), question, turn(...others), question];
    expect(sent({ messages }).messages).toEqual([question, turn(own, text("So")), question, question]);
  });
});

describe("of a client of another wire", () => {
  test("the whole of a simple question", () => {
    expect(rendered({ messages: [user("hi")], maxOutputTokens: 5, user: "u-1", stop: ["END"] })).toEqual({
      model: "claude-sonnet-4-6",
      max_tokens: 5,
      messages: [{ role: "user", content: [text("hi")] }],
      stop_sequences: ["END"],
      metadata: { user_id: "u-1" },
      stream: true,
    });
  });

  test("every system message goes before the turns, in order", () => {
    const system = (said: string): Message => ({ role: "system", parts: [text(said)] });
    const body = rendered({ messages: [system("a"), user("hi"), system("b"), user("again")] });
    expect(body.system).toEqual([text("a"), text("b")]);
    expect(body.messages).toEqual([{ role: "user", content: [text("hi"), text("again")] }]);
  });

  test("all results of a turn come in one turn of the user, before its text", () => {
    const body = rendered({
      messages: [
        user("hi"),
        { role: "assistant", parts: [text("Let me see.")] },
        { role: "assistant", parts: [call("a", '{"x":1}'), call("b", "")] },
        result("a", "1"),
        user("and"),
        { role: "tool", callId: "b", parts: [], isError: true },
      ],
    });
    expect(body.messages.slice(1)).toEqual([
      {
        role: "assistant",
        content: [
          text("Let me see."),
          { type: "tool_use", id: "a", name: "f", input: { x: 1 } },
          { type: "tool_use", id: "b", name: "f", input: {} },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "a", content: [text("1")] },
          { type: "tool_result", tool_use_id: "b", is_error: true },
          text("and"),
        ],
      },
    ]);
  });

  test("ids that Claude doesn't allow are the same in call and result", () => {
    const { messages } = rendered({
      messages: [user("hi"), { role: "assistant", parts: [call("call.1|x")] }, result("call.1|x", "1")],
    });
    const id = messages[1]?.content[0]?.id;
    expect(id).toMatch(/^[a-zA-Z0-9_-]+$/);
    expect(messages[2]?.content[0]?.tool_use_id).toBe(id);
  });

  test("of thoughts only Claude's own go back", () => {
    const { messages } = rendered({
      messages: [
        user("hi"),
        {
          role: "assistant",
          parts: [
            { type: "reasoning", text: "a" },
            { type: "reasoning", text: "b", signature: { by: "gemini", value: "Zw==" } },
            { type: "reasoning", text: "c", signature: { by: "claude", value: "c2ln" } },
            { type: "reasoning", text: "", signature: { by: "claude", value: "eHg=", redacted: true } },
            { type: "refusal", text: "No." },
          ],
        },
        user("why"),
      ],
    });
    expect(messages[1]?.content).toEqual([
      { type: "thinking", thinking: "c", signature: "c2ln" },
      { type: "redacted_thinking", data: "eHg=" },
      text("No."),
    ]);
  });

  test("blank texts are left out, and an answer to go on with ends visibly: Claude refuses others", () => {
    const { messages } = rendered({
      messages: [
        user("hi"),
        user(" \n"),
        { role: "assistant", parts: [text(""), call("a")] },
        result("a", "1"),
        { role: "assistant", parts: [text("It is \n")] },
      ],
    });
    expect(messages[0]?.content).toEqual([text("hi")]);
    expect(messages[1]?.content).toHaveLength(1);
    expect(messages[3]?.content).toEqual([text("It is")]);
  });

  test("tools have a schema of an object", () => {
    const tools = [{ name: "a" }, { name: "b", parameters: { properties: {} }, strict: true, description: "B." }];
    expect(rendered({ messages: [user("hi")], tools }).tools).toEqual([
      { name: "a", input_schema: { type: "object" } },
      { name: "b", input_schema: { type: "object", properties: {} }, strict: true, description: "B." },
    ]);
  });

  test.each([
    [{}, undefined],
    [{ toolChoice: { type: "auto" } }, { type: "auto" }],
    [{ toolChoice: { type: "none" }, parallelToolCalls: false }, { type: "none" }],
    [
      { toolChoice: { type: "required" }, parallelToolCalls: false },
      { type: "any", disable_parallel_tool_use: true },
    ],
    [{ toolChoice: { type: "tool", name: "a" } }, { type: "tool", name: "a" }],
    [{ parallelToolCalls: false }, { type: "auto", disable_parallel_tool_use: true }],
  ] as const)("%j chooses %j", (choice, expected) => {
    expect(rendered({ messages: [user("hi")], tools: [{ name: "a" }], ...choice }).tool_choice).toEqual(expected);
  });

  test("without tools nothing is chosen", () => {
    expect(rendered({ messages: [user("hi")], parallelToolCalls: false })).not.toHaveProperty("tool_choice");
  });

  test("a temperature and top_p of 1 are the default, and left out", () => {
    expect(rendered({ temperature: 1, topP: 1 })).not.toHaveProperty("temperature");
    expect(rendered({ temperature: 1, topP: 0.5 })).toMatchObject({ top_p: 0.5 });
    expect(rendered({ temperature: 0 })).toMatchObject({ temperature: 0 });
  });

  test("a schema is the format of the output", () => {
    const schema = { type: "object", additionalProperties: false };
    expect(rendered({ format: { type: "json_schema", schema, name: "x", strict: true } }).output_config).toEqual({
      format: { type: "json_schema", schema },
    });
  });
});

describe("how much a model thinks", () => {
  const asked = (model: string, reasoning: ChatRequest["reasoning"], limit = 10_000) => {
    const more = reasoning ? { reasoning } : {};
    const { thinking, output_config } = rendered(
      { messages: [user("hi")], ...more },
      { model, maxOutputTokens: limit },
    );
    return { thinking, effort: (output_config as { effort?: string } | undefined)?.effort };
  };

  test.each([
    ["claude-sonnet-4-6", undefined, undefined, undefined],
    ["claude-sonnet-4-6", { effort: "medium" }, { type: "adaptive" }, "medium"],
    ["claude-sonnet-4-6", { effort: "minimal" }, { type: "adaptive" }, "low"],
    ["claude-sonnet-4-6", { effort: "xhigh" }, { type: "adaptive" }, "high"],
    ["claude-sonnet-4-6", { enabled: true }, { type: "adaptive" }, undefined],
    ["claude-sonnet-4-6", { enabled: false }, { type: "disabled" }, undefined],
    ["claude-sonnet-4-6", { budgetTokens: 2000 }, { type: "enabled", budget_tokens: 2000 }, undefined],
    ["claude-opus-5-5", { effort: "xhigh" }, { type: "adaptive" }, "xhigh"],
    ["claude-sonnet-5-5", { enabled: false }, { type: "between_tools" }, undefined],
    ["claude-haiku-5-5", { enabled: false }, { type: "disabled" }, undefined],
    ["claude-haiku-4-5", { effort: "low" }, { type: "enabled", budget_tokens: 2000 }, undefined],
    ["claude-haiku-4-5", { effort: "medium" }, { type: "enabled", budget_tokens: 5000 }, undefined],
    ["claude-haiku-4-5", { effort: "minimal" }, { type: "enabled", budget_tokens: 1024 }, undefined],
    ["claude-haiku-4-5-20251001", { enabled: true }, { type: "enabled", budget_tokens: 5000 }, undefined],
    ["of-another-name", { effort: "high" }, { type: "adaptive" }, "high"],
  ] as const)("%s, asked for %j: %j and effort %s", (model, reasoning, thinking, effort) => {
    expect(asked(model, reasoning)).toEqual({ thinking, effort });
  });

  test("a budget has an end, however much may be written", () => {
    expect(asked("claude-haiku-4-5", { effort: "max" }, 64_000).thinking).toEqual({
      type: "enabled",
      budget_tokens: 32_000,
    });
  });

  test("a turn whose first thought is gone goes on without: a budget can't begin inside of it", () => {
    const resumed = (...thoughts: ChatRequest["messages"][number]["parts"]) =>
      rendered(
        {
          messages: [user("hi"), { role: "assistant", parts: [...thoughts, call("a")] } as Message, result("a", "1")],
          reasoning: { effort: "low" },
        },
        { model: "claude-haiku-4-5" },
      );
    expect(resumed()).not.toHaveProperty("thinking");
    const own = { type: "reasoning", text: "Hm.", signature: { by: "claude", value: "c2ln" } } as const;
    expect(resumed(own as never)).toHaveProperty("thinking.type", "enabled");
  });
});
