import fc from "fast-check";
import { expect, test } from "vitest";
import type { ChatRequest, Message, UserPart } from "../../../runtime/router/chat/index.ts";
import { estimateTokens } from "../../../runtime/router/token-estimate.ts";

const asked = (messages: readonly Message[], more: Partial<ChatRequest> = {}): ChatRequest => ({
  messages,
  tools: [],
  stop: [],
  foreign: {},
  ...more,
});
const user = (...parts: UserPart[]): Message => ({ role: "user", parts });
const text = (value: string): UserPart => ({ type: "text", text: value });
const media = (type: "image" | "file", mediaType: string, data = ""): UserPart => ({
  type,
  source: { kind: "base64", mediaType, data },
});

test.each<[string, ChatRequest, number]>([
  ["four bytes a token and four tokens a message", asked([user(text("x".repeat(40)))]), 14],
  ["bytes, not characters, where a script has more of them", asked([user(text("\u4f60\u597d\u4f60\u597d"))]), 7],
  ["all messages", asked([{ role: "system", parts: [{ type: "text", text: "abcd" }] }, user(text("abcd"))]), 10],
  ["an image", asked([user(media("image", "image/png", "AAAA"))]), 1_604],
  ["an image by its address", asked([user({ type: "image", source: { kind: "url", url: "https://x.test/" } })]), 1_604],
  ["a document", asked([user(media("file", "application/pdf", "AAAA"))]), 1_604],
  ["a document that is text by its text", asked([user(media("file", "text/plain", btoa("x".repeat(40))))]), 14],
  [
    "calls of tools and their results",
    asked([
      { role: "assistant", parts: [{ type: "tool_call", id: "1", name: "find", arguments: '{"a":1} ' }] },
      { role: "tool", callId: "1", parts: [{ type: "text", text: "abcd" }] },
    ]),
    12,
  ],
  [
    "definitions of tools",
    asked([user(text(""))], { tools: [{ name: "find", description: "d", parameters: {} }] }),
    4 + Math.ceil('{"name":"find","description":"d","parameters":{}}'.length / 4),
  ],
  ["nothing as one", asked([]), 1],
])("counts %s", (_what, request, tokens) => {
  expect(estimateTokens(request)).toBe(tokens);
});

test("never counts fewer for more", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme" })), fc.string({ unit: "grapheme" }), (before, added) => {
      const messages = before.map((value) => user(text(value)));
      const more = estimateTokens(asked([...messages, user(text(added))]));
      expect(more).toBeGreaterThanOrEqual(estimateTokens(asked(messages)));
    }),
  );
});
