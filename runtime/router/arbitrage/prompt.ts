import type { ChatRequest, Message, UserPart } from "../chat/index.ts";

/** What is looked at of a request; the rest of it changes no estimate. */
export type EstimatedRequest = Pick<ChatRequest, "messages" | "tools" | "format" | "reasoning">;

/** A request as the estimator reads it. */
export interface Prompt {
  /** The last user message in lower case; of a long one the first and last `excerptLength / 2`. */
  readonly text: string;
  /** Its full length in UTF-16 code units. */
  readonly length: number;
  /** The user message before it, in lower case, at most `earlierLength` of it. */
  readonly earlier: string;
  /** The system prompt, in lower case, at most `systemLength` of it. */
  readonly system: string;
  /** Messages before the last user message that aren't system messages. */
  readonly turns: number;
  /** Images and documents in the last user message. */
  readonly media: number;
  /** The text of all messages, in UTF-16 code units. */
  readonly totalLength: number;
}

/** What is asked stands at the beginning or at the end of a long prompt; so much is read, whatever its length. */
export const excerptLength = 8_192;
const earlierLength = 1_024;
const systemLength = 2_048;

export function readPrompt(request: EstimatedRequest): Prompt {
  const { messages } = request;
  const last = lastUser(messages, messages.length);
  const before = lastUser(messages, last);
  const parts = userParts(messages[last]);
  return {
    text: excerpt(parts, excerptLength / 2).toLowerCase(),
    length: textLength(parts),
    earlier: excerpt(userParts(messages[before]), earlierLength / 2).toLowerCase(),
    system: excerpt(leadingSystem(messages), systemLength / 2).toLowerCase(),
    turns: messages.slice(0, Math.max(0, last)).filter(({ role }) => role !== "system").length,
    media: parts.filter(({ type }) => type !== "text").length,
    totalLength: messages.reduce((sum, { parts }) => sum + textLength(parts), 0),
  };
}

/** All text of the last user message, its parts put together without anything between them. */
export function lastUserText(messages: readonly Message[]): string {
  return userParts(messages[lastUser(messages, messages.length)])
    .map((part) => (part.type === "text" ? part.text : ""))
    .join("");
}

function lastUser(messages: readonly Message[], before: number): number {
  for (let i = before - 1; i >= 0; i--) if (messages[i]?.role === "user") return i;
  return -1;
}

function userParts(message: Message | undefined): readonly UserPart[] {
  return message?.role === "user" ? message.parts : [];
}

function leadingSystem(messages: readonly Message[]): readonly Part[] {
  const end = messages.findIndex(({ role }) => role !== "system");
  return messages.slice(0, end < 0 ? messages.length : end).flatMap((message): readonly Part[] => message.parts);
}

interface Part {
  readonly type: string;
  readonly text?: string;
}

function textLength(parts: readonly Part[]): number {
  return parts.reduce((sum, { text }) => sum + (text?.length ?? 0), 0);
}

/** All text, or where it is longer than twice `half` its beginning and its end. */
function excerpt(parts: readonly Part[], half: number): string {
  const texts = parts.flatMap(({ text }) => (text === undefined ? [] : [text]));
  if (textLength(parts) <= 2 * half) return texts.join("\n");
  let head = "";
  for (const text of texts) {
    if (head.length >= half) break;
    head += text.slice(0, half - head.length);
  }
  let tail = "";
  for (const text of texts.toReversed()) {
    if (tail.length >= half) break;
    tail = text.slice(tail.length - half) + tail;
  }
  return `${head}\n${tail}`;
}
