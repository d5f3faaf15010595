import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChatRequest } from "../../../runtime/router/chat/index.ts";
import { openAiWire, renderRequest } from "../../../runtime/router/wires/openai/index.ts";
import { text, word } from "./openai-support.ts";

const some = <T>(one: fc.Arbitrary<T>, maxLength = 3) => fc.array(one, { minLength: 1, maxLength });
const textPart = fc.record({ type: fc.constant("text" as const), text: word });
const data = fc.base64String();
const source = fc.oneof(
  fc.record({ kind: fc.constant("base64" as const), mediaType: fc.constantFrom("image/png", "application/pdf"), data }),
  fc.webUrl().map((url) => ({ kind: "url" as const, url })),
);
const image = fc.record(
  { type: fc.constant("image" as const), source, detail: fc.constantFrom("low", "high", "auto") },
  { requiredKeys: ["type", "source"] },
);
const file = fc.record({
  type: fc.constant("file" as const),
  source: fc.record({ kind: fc.constant("base64" as const), mediaType: fc.constant("application/pdf"), data }),
  name: fc.string(),
});
const toolCall = fc.record({
  type: fc.constant("tool_call" as const),
  id: fc.string(),
  name: fc.string(),
  arguments: fc.json(),
});
const message = fc.oneof(
  fc.record({ role: fc.constant("system" as const), parts: some(textPart) }),
  fc.record(
    { role: fc.constant("user" as const), parts: some(fc.oneof(textPart, image, file)), name: fc.string() },
    { requiredKeys: ["role", "parts"] },
  ),
  fc
    .tuple(fc.array(textPart, { maxLength: 2 }), fc.array(toolCall, { maxLength: 2 }), fc.option(word))
    .filter(([texts, calls, refusal]) => texts.length + calls.length > 0 || refusal !== null)
    .map(([texts, calls, refusal]) => ({
      role: "assistant" as const,
      parts: [...texts, ...(refusal === null ? [] : [{ type: "refusal" as const, text: refusal }]), ...calls],
    })),
  fc.record({ role: fc.constant("tool" as const), callId: fc.string(), parts: some(textPart) }),
);
const schema = fc.dictionary(word, fc.jsonValue());
const tool = fc.record(
  { name: fc.string(), description: fc.string(), parameters: schema, strict: fc.boolean() },
  { requiredKeys: ["name"] },
);
const number = fc.integer({ min: 0, max: 20 });

/** All that both the router and the OpenAI wire know; limit and thinking are written by the provider. */
const request: fc.Arbitrary<ChatRequest> = fc.record(
  {
    messages: fc.array(message, { maxLength: 5 }),
    tools: fc.array(tool, { maxLength: 2 }),
    toolChoice: fc.oneof(
      fc.constantFrom({ type: "auto" } as const, { type: "none" } as const, { type: "required" } as const),
      fc.record({ type: fc.constant("tool" as const), name: fc.string() }),
    ),
    parallelToolCalls: fc.boolean(),
    temperature: number,
    topP: number,
    seed: number,
    stop: fc.array(text, { maxLength: 4 }),
    frequencyPenalty: number,
    presencePenalty: number,
    choices: number,
    logprobs: number,
    format: fc.oneof(
      fc.constant({ type: "json" } as const),
      fc.record(
        {
          type: fc.constant("json_schema" as const),
          schema,
          name: fc.string(),
          description: fc.string(),
          strict: fc.boolean(),
        },
        { requiredKeys: ["type", "schema", "name", "strict"] },
      ),
    ),
    user: fc.string(),
    foreign: fc.constant({}),
  },
  { requiredKeys: ["messages", "tools", "stop", "foreign"] },
);

const rendered = (one: Partial<ChatRequest>, joinTexts = false) =>
  renderRequest({ messages: [], tools: [], stop: [], foreign: {}, ...one }, { joinTexts });

const overTheWire = (body: object) => openAiWire.read(JSON.parse(JSON.stringify({ model: "m", ...body })) as Body);

type Body = Parameters<typeof openAiWire.read>[0];

test("what is rendered says the same when it is read again", () => {
  fc.assert(
    fc.property(request, (one) => {
      const again = overTheWire(rendered(one));
      expect(again).toEqual(JSON.parse(JSON.stringify(one)));
    }),
  );
});

describe("a message", () => {
  const content = (message: ChatRequest["messages"][number], joinTexts = false) =>
    (rendered({ messages: [message] }, joinTexts).messages as { content: unknown }[]).map((one) => one.content);
  const texts = [{ type: "text", text: "a" } as const, { type: "text", text: "b" } as const];

  test("of one text is a string, and of several a list unless they are to be joined", () => {
    expect(content({ role: "user", parts: texts.slice(0, 1) })).toEqual(["a"]);
    expect(content({ role: "user", parts: texts })).toEqual([texts]);
    expect(content({ role: "user", parts: texts }, true)).toEqual(["a\n\nb"]);
  });

  test("of a tool that failed says so", () => {
    expect(content({ role: "tool", callId: "c", parts: texts, isError: true })).toEqual(["Error:\n\na\n\nb"]);
  });

  test("leaves out the thoughts of others, and itself where it was nothing else", () => {
    const thought = { type: "reasoning", text: "hm", signature: { by: "claude", value: "s" } } as const;
    expect(content({ role: "assistant", parts: [thought, ...texts.slice(0, 1)] })).toEqual(["a"]);
    expect(content({ role: "assistant", parts: [thought] })).toEqual([]);
  });
});

test("a schema is held to unless the client says otherwise", () => {
  expect(rendered({ format: { type: "json_schema", schema: {} } }).response_format).toEqual({
    type: "json_schema",
    json_schema: { name: "answer", schema: {}, strict: true },
  });
});
