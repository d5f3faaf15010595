import fc from "fast-check";
import { expect, test } from "vitest";
import type { ChatDelta, ChatEvent } from "../../../runtime/router/chat/index.ts";
import { Sent } from "../../../runtime/router/stream/sent.ts";

const raw = (text: string): ChatEvent => ({
  kind: "content",
  bytes: Buffer.alloc(0),
  rawText: Buffer.from(JSON.stringify(text).slice(1, -1)),
  deltas: [],
});
const said = (...deltas: ChatDelta[]): ChatEvent => ({ kind: "content", bytes: Buffer.alloc(0), deltas });
const text = (words: string, choice = 0): ChatDelta => ({ type: "text", choice, text: words });

test("the text is what was sent, in whichever form it came", () => {
  const part = fc.record({ words: fc.string({ unit: "grapheme", maxLength: 400 }), parsed: fc.boolean() });
  fc.assert(
    fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
      const sent = new Sent();
      for (const { words, parsed } of parts) sent.note(parsed ? said(text(words)) : raw(words));
      expect(sent.text).toBe(parts.map(({ words }) => words).join(""));
      expect(sent.continuable).toBe(true);
      expect(sent.hasText).toBe(sent.text !== "");
    }),
  );
});

test.each<[string, ChatDelta]>([
  ["a call of a tool", { type: "tool_call", choice: 0, index: 0, id: "a", name: "f" }],
  ["a part of a call", { type: "tool_arguments", choice: 0, index: 0, json: "{" }],
  ["a refusal", { type: "refusal", choice: 0, text: "no" }],
  ["a second choice", text("b", 1)],
])("an answer with %s can't be continued", (_what, delta) => {
  const sent = new Sent();
  sent.note(said(text("a"), delta));
  expect(sent.continuable).toBe(false);
});

test("an answer with something that the router has no name for can't be continued", () => {
  const sent = new Sent();
  sent.note(said());
  expect(sent.continuable).toBe(false);
});

test("a thought alone leaves the answer to be given anew", () => {
  const sent = new Sent();
  sent.note(said({ type: "reasoning", choice: 0, text: "hm" }));
  expect(sent).toMatchObject({ continuable: true, reasoned: true, text: "" });
});
