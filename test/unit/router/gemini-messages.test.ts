import { describe, expect, test } from "vitest";
import type { AssistantPart, Message, ToolResult, UserPart } from "../../../runtime/router/chat/index.ts";
import { call, contentsOf, rendered, result, says, userSays } from "./gemini-fixtures.ts";

const signed = { signature: { by: "gemini", value: "c2ln" } } as const;
const foreignSignature = "skip_thought_signature_validator";

describe("messages", () => {
  test("of the system are the instruction, wherever they stand; all others are turns of user and model", () => {
    const messages: Message[] = [
      { role: "system", parts: [{ type: "text", text: "Be brief." }] },
      userSays("hi"),
      says({ type: "text", text: "hello" }),
      { role: "system", parts: [{ type: "text", text: "Be kind." }] },
      userSays("bye"),
    ];
    expect(rendered({ messages })).toMatchObject({
      systemInstruction: { parts: [{ text: "Be brief." }, { text: "Be kind." }] },
      contents: [
        { role: "user", parts: [{ text: "hi" }] },
        { role: "model", parts: [{ text: "hello" }] },
        { role: "user", parts: [{ text: "bye" }] },
      ],
    });
  });

  test("of one side in a row are one turn, and what is empty is none", () => {
    const messages = [userSays("a"), userSays("b"), says({ type: "text", text: "" }), userSays("c")];
    expect(contentsOf(messages)).toEqual([{ role: "user", parts: [{ text: "a" }, { text: "b" }, { text: "c" }] }]);
  });

  test("hold images and documents as bytes or as an address", () => {
    const parts: UserPart[] = [
      { type: "image", source: { kind: "base64", mediaType: "image/png", data: "AA==" } },
      { type: "file", name: "a.pdf", source: { kind: "base64", mediaType: "application/pdf", data: "AQ==" } },
      { type: "image", source: { kind: "url", url: "https://host/a.JPG?size=2" } },
      { type: "image", source: { kind: "url", url: "https://host/picture" } },
    ];
    expect(contentsOf([{ role: "user", parts }])[0]?.parts).toEqual([
      { inlineData: { mimeType: "image/png", data: "AA==" } },
      { inlineData: { mimeType: "application/pdf", data: "AQ==" } },
      { fileData: { mimeType: "image/jpeg", fileUri: "https://host/a.JPG?size=2" } },
      { fileData: { fileUri: "https://host/picture" } },
    ]);
  });

  test("of a model keep its thoughts and its refusals", () => {
    const parts: AssistantPart[] = [
      { type: "reasoning", text: "hm", signature: { by: "claude", value: "x" } },
      { type: "refusal", text: "No." },
    ];
    expect(contentsOf([says(...parts)])[0]?.parts).toEqual([{ text: "hm", thought: true }, { text: "No." }]);
  });
});

describe("tool results", () => {
  const respond = (text: string, more: Partial<ToolResult> = {}) =>
    contentsOf([userSays("q"), says(call("1")), result("1", text, more)])[2]?.parts?.[0]?.functionResponse;

  test("of one step are one turn, each named after its call", () => {
    const messages = [userSays("q"), says(call("1"), call("2")), result("1", "one"), result("2", "two")];
    expect(contentsOf(messages)[2]).toEqual({
      role: "user",
      parts: [
        { functionResponse: { id: "1", name: "f_1", response: { output: "one" } } },
        { functionResponse: { id: "2", name: "f_2", response: { output: "two" } } },
      ],
    });
  });

  test.each([
    ["the text of an object is the object", '{"degrees":20}', { degrees: 20 }],
    ["any other text is the output", "[1,2]", { output: "[1,2]" }],
    ["what only begins as an object is text", '{"degrees":', { output: '{"degrees":' }],
    ["a word of Gemini's own in it stays a word of the tool", '{"output":1,"b":2}', { output: '{"output":1,"b":2}' }],
    ["a number is never rounded", '{"id":12345678901234567890}', { output: '{"id":12345678901234567890}' }],
    ["nothing is an empty output", "", { output: "" }],
  ])("%s", (_, text, response) => {
    expect(respond(text)?.response).toEqual(response);
  });

  test("that are errors say so", () => {
    expect(respond("no such city", { isError: true })?.response).toEqual({ error: "no such city" });
    expect(respond('{"code":7}', { isError: true })?.response).toEqual({ error: { code: 7 } });
  });

  test("hold images beside their text", () => {
    const image = { type: "image", source: { kind: "base64", mediaType: "image/png", data: "AA==" } } as const;
    expect(respond("", { parts: [{ type: "text", text: "see" }, image] })).toMatchObject({
      response: { output: "see" },
      parts: [{ inlineData: { mimeType: "image/png", data: "AA==" } }],
    });
  });
});

describe("thought signatures", () => {
  const signatures = (messages: readonly Message[], model?: string) =>
    contentsOf(messages, model).map(({ parts }) => (parts ?? []).map((part) => part.thoughtSignature));

  test("of calls go back on the same calls", () => {
    const messages = [userSays("q"), says(call("1", signed), call("2")), result("1", "a"), result("2", "b")];
    expect(signatures(messages)[1]).toEqual(["c2ln", undefined]);
  });

  test("a step whose first call has lost its signature, or never had one, gets Google's own stand-in", () => {
    const claude = { signature: { by: "claude", value: "x" } } as const;
    const messages = [
      userSays("q"),
      says({ type: "text", text: "I look." }, call("1", claude), call("2")),
      result("1", "a"),
      result("2", "b"),
      says(call("3")),
      result("3", "c"),
      says(call("4", signed)),
      result("4", "d"),
    ];
    expect(signatures(messages).filter((_, index) => index % 2 === 1)).toEqual([
      [undefined, foreignSignature, undefined],
      [foreignSignature],
      ["c2ln"],
    ]);
  });

  test("are not invented for a model that does not ask for them", () => {
    const messages = [userSays("q"), says(call("1")), result("1", "a")];
    expect(signatures(messages, "gemini-2.5-flash-lite")[1]).toEqual([undefined]);
  });

  test.each<[string, AssistantPart[], unknown[]]>([
    [
      "that came after a text go back on it",
      [
        { type: "text", text: "hello" },
        { type: "reasoning", text: "", ...signed },
      ],
      [{ text: "hello", thoughtSignature: "c2ln" }],
    ],
    [
      "that a client keeps with the thought go on the text after it",
      [
        { type: "reasoning", text: "hm", ...signed },
        { type: "text", text: "hello" },
      ],
      [
        { text: "hm", thought: true },
        { text: "hello", thoughtSignature: "c2ln" },
      ],
    ],
    [
      "without any text are a part of their own, as they came",
      [{ type: "reasoning", text: "hm", ...signed }],
      [
        { text: "hm", thought: true },
        { text: "", thoughtSignature: "c2ln" },
      ],
    ],
    [
      "of two thoughts stay with what each came before or after",
      [
        { type: "text", text: "one" },
        { type: "reasoning", text: "", ...signed },
        { type: "reasoning", text: "hm", signature: { by: "gemini", value: "b3RoZXI=" } },
        { type: "text", text: "two" },
      ],
      [
        { text: "one", thoughtSignature: "c2ln" },
        { text: "hm", thought: true },
        { text: "two", thoughtSignature: "b3RoZXI=" },
      ],
    ],
    [
      "of text and call stay apart",
      [
        { type: "text", text: "I look." },
        { type: "reasoning", text: "", ...signed },
        call("1", { signature: { by: "gemini", value: "b3RoZXI=" } }),
      ],
      [
        { text: "I look.", thoughtSignature: "c2ln" },
        { functionCall: { id: "1", name: "f_1", args: { x: 1 } }, thoughtSignature: "b3RoZXI=" },
      ],
    ],
  ])("%s", (_, parts, expected) => {
    expect(contentsOf([userSays("q"), says(...parts), userSays("and?")])[1]?.parts).toEqual(expected);
  });
});
