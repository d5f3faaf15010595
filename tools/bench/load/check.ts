import { answerText, type Kind } from "../conversation.ts";
import type { Answer } from "./connection.ts";

const dataPrefix = "data: ";
const done = Buffer.from("data: [DONE]");

/**
 * What is wrong with an answer; undefined if it is whole.
 *
 * @param closely also reads it and compares its text, which costs too much to be done each time
 */
export function problemOf(kind: Kind, answer: Answer, tokens: number, closely: boolean): string | undefined {
  const { status, body } = answer;
  if (status !== 200) return `status ${status}: ${body.toString("utf8", 0, 300)}`;
  if (body.length === 0) return "an answer without a body";
  if (kind === "sse" && body.lastIndexOf(done) < 0) return "a stream that ends without [DONE]";
  if (!closely) return undefined;
  const text = kind === "json" ? textOfJson(body.toString()) : textOfStream(body.toString());
  return text === answerText(tokens)
    ? undefined
    : `not the text that was sent, but ${JSON.stringify(text.slice(0, 300))}`;
}

function textOfJson(body: string): string {
  const { choices } = parse(body) as { choices?: { message?: { content?: string } }[] };
  return choices?.[0]?.message?.content ?? "";
}

function textOfStream(body: string): string {
  return body
    .split("\n")
    .filter((line) => line.startsWith(dataPrefix) && !line.includes("[DONE]"))
    .map((line) => {
      const { choices } = parse(line.slice(dataPrefix.length)) as { choices?: { delta?: { content?: string } }[] };
      return choices?.[0]?.delta?.content ?? "";
    })
    .join("");
}

function parse(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch {
    return {};
  }
}
