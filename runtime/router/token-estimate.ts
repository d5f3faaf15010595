import type { ChatRequest, Message, UserPart } from "./chat/index.ts";

/** English has about four characters a token; other scripts have more bytes for each and about as many for a token. */
const bytesPerToken = 4;
/** What stands around a message: whose it is, where it ends. */
const perMessage = 4;
/** What an image of full size costs at Anthropic; a document's pages can't be seen without reading it. */
const perMedia = 1_600;

/**
 * About how many tokens a request's prompt has: a token for each four UTF-8 bytes of text (messages, thoughts, tools'
 * calls, results and definitions as JSON), four for each message, 1,600 for each image or document that is not text.
 */
export function estimateTokens({ messages, tools, foreign }: ChatRequest): number {
  const parts = messages.flatMap((message): readonly Part[] => message.parts);
  const definitions = tools.map(({ name, description, parameters }) => ({ name, description, parameters }));
  const others = Object.values(foreign);
  const bytes =
    sum(parts.map(bytesOf)) + sum([...definitions, ...others].map((value) => Buffer.byteLength(JSON.stringify(value))));
  const media = parts.filter((part) => isMedia(part) && !isText(part)).length;
  return Math.max(1, Math.ceil(bytes / bytesPerToken) + messages.length * perMessage + media * perMedia);
}

type Part = Message["parts"][number];
type Media = Exclude<UserPart, { type: "text" }>;

function bytesOf(part: Part): number {
  switch (part.type) {
    case "text":
    case "reasoning":
    case "refusal":
      return Buffer.byteLength(part.text);
    case "tool_call":
      return Buffer.byteLength(part.name) + Buffer.byteLength(part.arguments);
    case "image":
    case "file":
      return isText(part) && part.source.kind === "base64" ? Buffer.byteLength(part.source.data, "base64") : 0;
  }
}

const isMedia = (part: Part): part is Media => part.type === "image" || part.type === "file";

const isText = (part: Part): boolean =>
  isMedia(part) && part.source.kind === "base64" && part.source.mediaType.startsWith("text/");

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
