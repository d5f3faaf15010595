import fc from "fast-check";
import { expect, test } from "vitest";
import type { AssistantPart, ChatRequest, Message } from "../../../runtime/router/chat/index.ts";
import { render } from "../../../runtime/router/providers/gemini/render.ts";
import { readBody } from "./gemini-body.ts";
import { asked, rendered, says } from "./gemini-fixtures.ts";

const model = "gemini-3.1-flash-lite";
const word = fc.string({ minLength: 1, unit: "grapheme" }).filter((text) => !text.trimStart().startsWith("{"));
const base64 = fc.base64String({ minLength: 4 });
const signature = base64.map((value) => ({ by: "gemini", value }) as const);
const schema = fc.dictionary(fc.string(), fc.jsonValue()).filter((value) => !("$ref" in value));
const object = fc.dictionary(fc.string(), fc.integer()).filter((value) => !("output" in value || "error" in value));
const text = word.map((said) => ({ type: "text", text: said }) as const);
const bytes = (type: "image" | "file", mediaType: string) =>
  base64.map((data) => ({ type, source: { kind: "base64", mediaType, data } }) as const);
const media = fc.oneof(
  bytes("image", "image/png"),
  bytes("file", "application/pdf"),
  fc.constant({ type: "image", source: { kind: "url", url: "https://host/a.webp" } } as const),
);
const user = fc
  .array(fc.oneof(text, media), { minLength: 1, maxLength: 3 })
  .map((parts): Message[] => [{ role: "user", parts }]);
const reply = fc
  .record({ thought: fc.option(word, { nil: undefined }), text, signature: fc.option(signature, { nil: undefined }) })
  .map(({ thought, text, signature }): AssistantPart[] => [
    ...(thought === undefined ? [] : [{ type: "reasoning", text: thought } as const]),
    text,
    ...(signature ? [{ type: "reasoning", text: "", signature } as const] : []),
  ]);
const outcome = fc.record({
  name: fc.constantFrom("weather", "now"),
  args: object,
  signature: fc.option(signature, { nil: undefined }),
  text: fc.oneof(
    word,
    object.map((value) => JSON.stringify(value)),
  ),
  isError: fc.boolean(),
  image: fc.option(bytes("image", "image/png"), { nil: undefined }),
});
/** A step: calls, and the result of each. Ids are given out below, where all steps are known. */
const step = fc.tuple(reply, fc.array(outcome, { minLength: 1, maxLength: 3 }));
const conversation = fc
  .tuple(fc.option(word, { nil: undefined }), fc.array(fc.tuple(user, fc.array(step, { maxLength: 2 }), reply)), user)
  .map(([system, turns, last]): Message[] => {
    let id = 0;
    const steps = turns.flatMap(([question, steps, answer]) => [
      ...question,
      ...steps.flatMap(([said, outcomes]): Message[] => {
        const calls = outcomes.map((outcome) => ({ ...outcome, id: `call_${id++}` }));
        return [
          says(
            ...said,
            ...calls.map(({ id, name, args, signature }): AssistantPart => {
              const call = { type: "tool_call", id, name, arguments: JSON.stringify(args) } as const;
              return signature ? { ...call, signature } : call;
            }),
          ),
          ...calls.map(
            ({ id, text, isError, image }): Message => ({
              role: "tool",
              callId: id,
              parts: [{ type: "text", text }, ...(image ? [image] : [])],
              ...(isError ? { isError } : {}),
            }),
          ),
        ];
      }),
      says(...answer),
    ]);
    const instruction: Message[] = system ? [{ role: "system", parts: [{ type: "text", text: system }] }] : [];
    return [...instruction, ...steps, ...last];
  });
const tools = fc
  .record({ description: fc.option(word, { nil: undefined }), parameters: schema, strict: fc.boolean() })
  .map(({ description, parameters, strict }) => ({
    tools: ["weather", "now"].map((name) => ({
      name,
      parameters,
      ...(description === undefined ? {} : { description }),
      ...(strict ? { strict } : {}),
    })),
    toolChoice: { type: "auto" } as const,
  }));
const settings = fc.record(
  {
    maxOutputTokens: fc.nat(),
    temperature: fc.double({ min: 0, max: 2, noNaN: true }).map((value) => value + 0),
    topP: fc.constantFrom(0.1, 1),
    topK: fc.nat(),
    seed: fc.integer(),
    frequencyPenalty: fc.constantFrom(-2, 0.5),
    presencePenalty: fc.constantFrom(-0.5, 2),
    reasoning: fc.constantFrom("minimal", "low", "medium", "high").map((effort) => ({ effort }) as const),
    format: fc.oneof(
      fc.constant({ type: "json" } as const),
      schema.map((schema) => ({ type: "json_schema", schema }) as const),
    ),
  },
  { requiredKeys: [] },
);

test("a request that both understand says all of it in Gemini's form", () => {
  fc.assert(
    fc.property(conversation, settings, fc.array(word, { maxLength: 5 }), tools, (messages, settings, stop, tools) => {
      const request: ChatRequest = { messages, stop, ...tools, ...settings, foreign: {} };
      const { unsupported } = render({ question: asked(request), model, prefill: false });
      expect(unsupported).toEqual([]);
      expect(readBody(rendered(request, model))).toEqual(JSON.parse(JSON.stringify(request)));
    }),
    { numRuns: 100 },
  );
});
