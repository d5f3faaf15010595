import fc from "fast-check";
import { expect, test } from "vitest";
import { renderBody } from "../../../runtime/router/providers/claude/body.ts";
import { anthropicWire } from "../../../runtime/router/wires/anthropic/index.ts";

const model = "claude-sonnet-4-6";
/** With a visible character at both ends: Claude takes no other texts in every place. */
const words = fc.string({ unit: "binary" }).map((text) => `<${text}>`);
const base64 = fc.base64String({ minLength: 4, maxLength: 40 });
const cache = fc.constantFrom({}, { cache_control: { type: "ephemeral", ttl: "5m" } });
const url = fc.webUrl();

const text = fc.tuple(words, cache).map(([said, cached]) => ({ type: "text", text: said, ...cached }));
const image = fc
  .tuple(
    fc.oneof(
      base64.map((data) => ({ type: "base64", media_type: "image/png", data })),
      url.map((address) => ({ type: "url", url: address })),
    ),
    cache,
  )
  .map(([source, cached]) => ({ type: "image", source, ...cached }));
const document = fc
  .tuple(
    fc.oneof(
      base64.map((data) => ({ type: "base64", media_type: "application/pdf", data })),
      words.map((data) => ({ type: "text", media_type: "text/plain", data: Buffer.from(data).toString("utf8") })),
      url.map((address) => ({ type: "url", url: address })),
    ),
    fc.constantFrom({}, { title: "A title" }),
    cache,
  )
  .map(([source, title, cached]) => ({ type: "document", source, ...title, ...cached }));
const user = fc.array(fc.oneof(text, image, document), { minLength: 1, maxLength: 3 });

const id = fc.stringMatching(/^[a-zA-Z0-9_-]{1,30}$/);
const input = fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.parse(JSON.stringify(value)) as object);
const call = fc.tuple(id, input).map(([own, value]) => ({ type: "tool_use", id: own, name: "find", input: value }));
const thought = fc.oneof(
  fc.tuple(words, base64).map(([thinking, signature]) => ({ type: "thinking", thinking, signature })),
  base64.map((data) => ({ type: "redacted_thinking", data })),
);
const said = fc.tuple(fc.array(thought, { maxLength: 2 }), fc.array(text, { maxLength: 2 }));

/** An assistant that calls tools, and the user who answers all of it: results first. */
const calling = fc
  .tuple(said, fc.array(call, { minLength: 1, maxLength: 3 }), fc.array(fc.oneof(text, image), { maxLength: 2 }), user)
  .map(([[thoughts, texts], calls, result, more]) => [
    { role: "assistant", content: [...thoughts, ...texts, ...calls] },
    {
      role: "user",
      content: [
        ...calls.map(({ id: own }, index) => ({
          type: "tool_result",
          tool_use_id: own,
          ...(result.length > 0 ? { content: result } : {}),
          ...(index === 0 ? { is_error: true } : {}),
        })),
        ...more,
      ],
    },
  ]);
const talking = fc.tuple(thought, text, user).map(([thinking, answer, more]) => [
  { role: "assistant", content: [thinking, answer] },
  { role: "user", content: more },
]);
const messages = fc
  .tuple(user, fc.array(fc.oneof(calling, talking), { maxLength: 3 }))
  .map(([first, turns]) => [{ role: "user", content: first }, ...turns.flat()]);

const tool = fc
  .tuple(id, fc.constantFrom({}, { description: "Finds." }), fc.constantFrom({}, { strict: true }), cache)
  .map(([name, description, strict, cached]) => ({
    name,
    ...description,
    input_schema: { type: "object", properties: { q: { type: "string" } } },
    ...strict,
    ...cached,
  }));
const choice = fc.constantFrom(
  {},
  { tool_choice: { type: "none" } },
  { tool_choice: { type: "auto", disable_parallel_tool_use: true } },
  { tool_choice: { type: "any" } },
  { tool_choice: { type: "tool", name: "find", disable_parallel_tool_use: false } },
);
const tools = fc
  .tuple(fc.array(tool, { minLength: 1, maxLength: 3 }), choice)
  .map(([list, chosen]) => ({ tools: list, ...chosen }));
const schema = { type: "object", properties: {}, additionalProperties: false };
const fields = fc.tuple(
  fc.oneof(fc.constant({}), tools),
  fc.oneof(
    fc.constant({}),
    fc.array(text, { minLength: 1, maxLength: 2 }).map((system) => ({ system })),
  ),
  fc.constantFrom({}, { temperature: 0.5 }, { top_p: 0.25, top_k: 7 }),
  fc.constantFrom({}, { stop_sequences: ["END", "x"] }),
  fc.constantFrom({}, { thinking: { type: "adaptive" } }, { thinking: { type: "disabled" } }),
  fc.constantFrom({}, { output_config: { format: { type: "json_schema", schema } } }),
  fc.constantFrom({}, { metadata: { user_id: "u-1" } }),
);

test("a request of this wire, read and rendered for Claude again, is the same request", () => {
  fc.assert(
    fc.property(messages, fields, (conversation, more) => {
      const body = Object.assign({ model, max_tokens: 100, messages: conversation, stream: true }, ...more);
      const request = anthropicWire.read(body);
      expect(request.foreign).toEqual({});
      expect(JSON.parse(JSON.stringify(renderBody(request, { model })))).toEqual(body);
    }),
  );
});
