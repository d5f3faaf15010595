import fc from "fast-check";
import { expect, test } from "vitest";
import { rehearse } from "../../../runtime/rehearsal/answer.ts";
import { Behaviour } from "../../../runtime/rehearsal/index.ts";
import type { Asked } from "../../../runtime/rehearsal/wires/index.ts";

const asked: Asked = {
  model: "m",
  prompt: "hello",
  promptTokens: 2,
  stream: true,
  includeUsage: true,
  maxTokens: undefined,
  prefill: undefined,
  begun: undefined,
  extras: [],
};

const text = fc.string({ unit: "grapheme" }).map((end) => `rehearsal ${end}`);

test("the words of an answer are its text, and each but the first begins with a letter, not a space", () => {
  fc.assert(
    fc.property(text, (said) => {
      const { words } = rehearse(asked, Behaviour.parse({ text: said }));
      expect(words.join("")).toBe(said);
      expect(words.slice(1).every((word) => /^\S/.test(word))).toBe(true);
    }),
  );
});

test("a continued answer and the beginning that it was given are the whole answer, wherever it was cut", () => {
  fc.assert(
    fc.property(text, fc.nat(), (said, at) => {
      const given = said.slice(0, at % (said.length + 1));
      const prefilled = rehearse({ ...asked, prefill: given }, Behaviour.parse({ text: said, prefill: "continue" }));
      expect(given + prefilled.words.join("")).toBe(said);
      const begun = { text: given, prompt: "hello" };
      const resumed = rehearse({ ...asked, begun }, Behaviour.parse({ text: said, resume: "continue" }));
      expect(given + resumed.words.join("")).toBe(said);
    }),
  );
});

test("the default answer is resumed as the answer to what was asked first", () => {
  const resume = Behaviour.parse({ resume: "continue" });
  const whole = rehearse(asked, resume).words.join("");
  const begun = { text: whole.slice(0, 30), prompt: asked.prompt };
  expect(rehearse({ ...asked, prompt: "go on", begun }, resume).words.join("")).toBe(whole.slice(30));
});

test("a beginning that is not the answer's own is not continued", () => {
  const { words } = rehearse(
    { ...asked, prefill: "something else" },
    Behaviour.parse({ text: "rehearsal", prefill: "continue" }),
  );
  expect(words).toEqual(["rehearsal"]);
});

test("the parts of a tool call's arguments are its JSON", () => {
  fc.assert(
    fc.property(fc.record({ given: fc.jsonValue() }), (input) => {
      const { toolCalls } = rehearse(asked, Behaviour.parse({ toolCalls: [{ name: "f", arguments: input }] }));
      expect(toolCalls[0]?.parts.join("")).toBe(JSON.stringify(input));
    }),
  );
});

test("usage holds its parts and sums up; what the script says of it comes first", () => {
  const thought = rehearse(asked, Behaviour.parse({ text: "rehearsal two", reasoning: "one two three" }));
  expect(thought.usage).toEqual({ prompt_tokens: 2, completion_tokens: 5, total_tokens: 7, reasoning_tokens: 3 });
  const told = rehearse(asked, Behaviour.parse({ usage: { prompt_tokens: 50, cached_tokens: 40 } }));
  expect(told.usage).toMatchObject({ prompt_tokens: 50, cached_tokens: 40 });
  expect(told.usage.total_tokens).toBe(50 + told.usage.completion_tokens);
});

test.each([
  [{ text: "rehearsal" }, "stop"],
  [{ text: "a rehearsal of four words" }, "length"],
  [{ toolCalls: [{ name: "f", arguments: {} }] }, "tool_calls"],
  [{ text: "rehearsal", finishReason: "content_filter" as const }, "content_filter"],
])("%j ends with the reason %s", (behaviour, reason) => {
  expect(rehearse({ ...asked, maxTokens: 3 }, Behaviour.parse(behaviour)).finishReason).toBe(reason);
});
