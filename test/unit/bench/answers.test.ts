import { expect, test } from "vitest";
import { answerText, jsonAnswer, type Kind, sseAnswer } from "../../../tools/bench/conversation.ts";
import { problemOf } from "../../../tools/bench/load/check.ts";

const tokens = 32;
const stream = sseAnswer(tokens, true).join("");
const problem = (kind: Kind, body: string, status = 200) =>
  problemOf(kind, { status, body: Buffer.from(body), firstMs: 1, wholeMs: 1 }, tokens, true);

test("a JSON answer has 968 bytes", () => {
  expect(Buffer.byteLength(jsonAnswer(tokens))).toBe(968);
});

test("a stream has 32 tokens, the finish, the usage where it was asked for, and the end", () => {
  expect(sseAnswer(tokens, true)).toHaveLength(35);
  expect(sseAnswer(tokens, false)).toHaveLength(34);
  expect(stream.match(/"usage":\{/g)).toHaveLength(1);
});

test("whole answers are taken, a router's comments and a usage that was added too", () => {
  expect(problem("json", jsonAnswer(tokens))).toBeUndefined();
  expect(problem("sse", stream)).toBeUndefined();
  expect(problem("sse", `: hello\n\n${stream.replace("data: [DONE]", ": router {}\n\ndata: [DONE]")}`)).toBeUndefined();
});

test.each([
  ["an error", "json", jsonAnswer(tokens), 503, /^status 503/],
  ["an empty body", "json", "", 200, /without a body/],
  ["a JSON answer that is cut", "json", jsonAnswer(tokens).slice(0, -10), 200, /not the text/],
  ["a stream that is cut", "sse", stream.replace("data: [DONE]", ""), 200, /without \[DONE\]/],
  ["a stream that lost a token", "sse", stream.replace('"content":" sends"', '"content":""'), 200, /not the text/],
] as const)("%s is refused", (_what, kind, body, status, expected) => {
  expect(problem(kind, body, status)).toMatch(expected);
});

test("the text is as long as its tokens", () => {
  expect(answerText(2)).toBe("The router");
});
