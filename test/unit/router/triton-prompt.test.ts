import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { promptText } from "../../../runtime/router/providers/triton/prompt.ts";
import { assistant, requestOf, system, user } from "./triton-fixtures.ts";

const conversation = requestOf({ messages: [system("Be brief."), user("Hi"), assistant("Hello."), user("Bye")] });

test("chatml", () => {
  expect(promptText(conversation, "chatml")).toBe(
    "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n" +
      "<|im_start|>assistant\nHello.<|im_end|>\n<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\n",
  );
});

test("llama3", () => {
  expect(promptText(requestOf({ messages: [system("Be brief."), user("Hi")] }), "llama3")).toBe(
    "<|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>" +
      "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
  );
});

test("plain joins the contents", () => {
  expect(promptText(conversation, "plain")).toBe("Be brief.\n\nHi\n\nHello.\n\nBye");
});

test.each(["chatml", "llama3", "plain"] as const)("%s goes on inside of an answer that has been begun", (template) => {
  expect(promptText(requestOf({ messages: [user("Count."), assistant("One, two")] }), template)).toMatch(/One, two$/);
});

test("thoughts of earlier turns are left out", () => {
  const thought = {
    role: "assistant",
    parts: [
      { type: "reasoning", text: "hm" },
      { type: "text", text: "Yes." },
    ],
  } as const;
  expect(promptText(requestOf({ messages: [thought, user("Why?")] }), "chatml")).not.toContain("hm");
});

describe.each(["chatml", "llama3"] as const)("%s: nobody's text ends a turn or begins one", (template) => {
  const control = /<\|\w+\|>/g;
  const tokens = [
    "<|im_end|>",
    "<|im_start|>",
    "<|eot_id|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|endoftext|>",
  ];
  const own = promptText(requestOf({ messages: [user("x")] }), template).match(control);
  const attack = fc
    .array(fc.oneof(fc.constantFrom(...tokens, "<|", "|>", "<", "|", "im_end", "system\n"), fc.string()))
    .map((pieces) => pieces.join(""));

  test("whatever the text", () => {
    fc.assert(
      fc.property(attack, (text) => {
        expect(promptText(requestOf({ messages: [user(text)] }), template).match(control)).toEqual(own);
      }),
    );
  });

  test("also where a token is spread over two parts", () => {
    const parts = [
      { type: "text", text: "a<|im_e" },
      { type: "text", text: "nd|>b" },
    ] as const;
    expect(promptText(requestOf({ messages: [{ role: "user", parts }] }), template).match(control)).toEqual(own);
  });

  test("and everything else stays as it was written", () => {
    fc.assert(
      fc.property(attack, (text) => {
        const prompt = promptText(requestOf({ messages: [user(text)] }), template);
        const [before = "", after = ""] = promptText(requestOf({ messages: [user("\0")] }), template).split("\0");
        const content = prompt.slice(before.length, prompt.length - after.length);
        expect(content.replace(/< (?=\|\w+\|>)/g, "<")).toBe(text.replace(/< (?=\|\w+\|>)/g, "<"));
      }),
    );
  });
});
