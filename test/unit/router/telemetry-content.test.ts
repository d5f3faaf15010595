import fc from "fast-check";
import { expect, test } from "vitest";
import type { ChatDelta, Message } from "../../../runtime/router/chat/index.ts";
import { AnswerContent, inputMessages } from "../../../runtime/router/telemetry/content.ts";

const read = (messages: readonly Message[]): unknown => JSON.parse(inputMessages({ messages }));

function answered(deltas: readonly ChatDelta[]): unknown {
  const answer = new AnswerContent();
  for (const delta of deltas) answer.add([delta]);
  return JSON.parse(answer.messages() ?? "null");
}

test("every kind of message has its form", () => {
  const messages: Message[] = [
    { role: "user", parts: [{ type: "image", source: { kind: "url", url: "https://example.com/a.png" } }] },
    { role: "user", parts: [{ type: "file", source: { kind: "base64", mediaType: "application/pdf", data: "aGk=" } }] },
    {
      role: "assistant",
      parts: [
        { type: "reasoning", text: "hm", signature: { by: "claude", value: "sig" } },
        { type: "refusal", text: "no" },
        { type: "tool_call", id: "call_1", name: "book", arguments: "{}" },
      ],
    },
    { role: "tool", callId: "call_1", parts: [{ type: "text", text: "done" }] },
  ];
  expect(read(messages)).toEqual([
    { role: "user", parts: [{ type: "uri", modality: "image", uri: "https://example.com/a.png" }] },
    { role: "user", parts: [{ type: "blob", modality: "document", mime_type: "application/pdf", content: "" }] },
    {
      role: "assistant",
      parts: [
        { type: "reasoning", content: "hm" },
        { type: "text", content: "no" },
        { type: "tool_call", id: "call_1", name: "book", arguments: "{}" },
      ],
    },
    {
      role: "tool",
      parts: [{ type: "tool_call_response", id: "call_1", response: [{ type: "text", content: "done" }] }],
    },
  ]);
});

test("an answer is put together again, however it was cut into deltas", () => {
  const pieces = fc.array(fc.string({ unit: "grapheme", maxLength: 8 }), { maxLength: 30 });
  fc.assert(
    fc.property(pieces, (texts) => {
      const deltas = texts.map((text): ChatDelta => ({ type: "text", choice: 0, text }));
      const told = answered([...deltas, { type: "finish", choice: 0, reason: "stop" }]);
      const content = texts.join("");
      const parts = content === "" ? [] : [{ type: "text", content }];
      expect(told).toEqual([{ role: "assistant", parts, finish_reason: "stop" }]);
    }),
  );
});

test("choices are messages of their own, and an answer that broke off ends with an error", () => {
  const told = answered([
    { type: "text", choice: 0, text: "a" },
    { type: "reasoning", choice: 1, text: "think" },
    { type: "text", choice: 1, text: "b" },
    { type: "finish", choice: 1, reason: "length" },
  ]);
  expect(told).toEqual([
    { role: "assistant", parts: [{ type: "text", content: "a" }], finish_reason: "error" },
    {
      role: "assistant",
      parts: [
        { type: "reasoning", content: "think" },
        { type: "text", content: "b" },
      ],
      finish_reason: "length",
    },
  ]);
});

test("nothing said is nothing recorded", () => {
  expect(new AnswerContent().messages()).toBeUndefined();
});

const bound = 300_000;

test.each([
  ["one long text", [{ role: "user", parts: [{ type: "text", text: "x".repeat(5_000_000) }] }]],
  ["many parts", [{ role: "user", parts: Array.from({ length: 100_000 }, () => ({ type: "text", text: "" })) }]],
  ["many messages", Array.from({ length: 100_000 }, () => ({ role: "user", parts: [] }))],
] satisfies [string, Message[]][])("%s is cut, and stays JSON", (_what, messages) => {
  const json = inputMessages({ messages });
  expect(json.length).toBeLessThan(bound);
  expect(JSON.parse(json)).toBeInstanceOf(Array);
});

test("an answer without end is cut, and stays JSON", () => {
  const answer = new AnswerContent();
  for (let index = 0; index < 50_000; index++) {
    answer.add([
      { type: "text", choice: index, text: "0123456789" },
      { type: "tool_call", choice: 0, index, id: "call", name: "book" },
      { type: "tool_arguments", choice: 0, index, json: "0123456789" },
    ]);
  }
  const json = answer.messages() ?? "";
  expect(json.length).toBeLessThan(bound);
  expect(JSON.parse(json)).toBeInstanceOf(Array);
});
