import type {
  Base64ImageSource,
  CacheControlEphemeral,
  ContentBlockParam,
  DocumentBlockParam,
  ImageBlockParam,
  MessageParam,
  TextBlockParam,
  ToolResultBlockParam,
} from "@anthropic-ai/sdk/resources/messages";
import type {
  AssistantPart,
  FilePart,
  ImagePart,
  MediaSource,
  Message,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResult,
  UserPart,
} from "../../chat/index.ts";
import { toolUseId } from "../../wires/anthropic/index.ts";

export interface Conversation {
  readonly system: TextBlockParam[];
  readonly messages: MessageParam[];
}

/**
 * A conversation in Anthropic's form. Its system prompt stands before the turns: system messages from within them
 * follow there in their order. Turns of one speaker in a row are one turn; the results of tools come first in it, as
 * Anthropic wants them.
 */
export function renderMessages(messages: readonly Message[]): Conversation {
  const system = messages.flatMap((message) => (message.role === "system" ? message.parts.flatMap(textBlocks) : []));
  const turns: { role: "user" | "assistant"; content: ContentBlockParam[] }[] = [];
  for (const message of messages) {
    if (message.role === "system") continue;
    const role = message.role === "assistant" ? "assistant" : "user";
    const blocks = blocksOf(message);
    const last = turns.at(-1);
    if (blocks.length === 0) continue;
    if (last?.role !== role) turns.push({ role, content: blocks });
    else if (message.role === "tool") last.content.splice(countResults(last.content), 0, ...blocks);
    else last.content.push(...blocks);
  }
  return { system, messages: withoutLastBlanks(turns) };
}

function blocksOf(message: Exclude<Message, { role: "system" }>): ContentBlockParam[] {
  switch (message.role) {
    case "user":
      return message.parts.flatMap(userBlocks);
    case "assistant":
      return message.parts.flatMap(assistantBlocks);
    case "tool":
      return [toolResult(message)];
  }
}

function countResults(content: readonly ContentBlockParam[]): number {
  const other = content.findIndex(({ type }) => type !== "tool_result");
  return other < 0 ? content.length : other;
}

/** Anthropic refuses an answer to go on with that ends with blanks. */
function withoutLastBlanks(turns: MessageParam[]): MessageParam[] {
  const last = turns.at(-1);
  const block = last?.role === "assistant" && Array.isArray(last.content) ? last.content.at(-1) : undefined;
  if (block?.type === "text") block.text = block.text.trimEnd();
  return turns;
}

/** Anthropic refuses blocks without a visible character. */
function textBlocks({ text, cache }: Omit<TextPart, "type">): TextBlockParam[] {
  return text.trim() === "" ? [] : [{ type: "text", text, ...cacheControl(cache) }];
}

function userBlocks(part: UserPart): (TextBlockParam | ImageBlockParam | DocumentBlockParam)[] {
  switch (part.type) {
    case "text":
      return textBlocks(part);
    case "image":
      return [image(part)];
    case "file":
      return [document(part)];
  }
}

function assistantBlocks(part: AssistantPart): ContentBlockParam[] {
  switch (part.type) {
    case "text":
    case "refusal":
      return textBlocks(part);
    case "reasoning":
      return thoughts(part);
    case "tool_call":
      return [toolUse(part)];
  }
}

/** Only Claude's own thoughts: it refuses those that it did not sign. */
function thoughts({ text, signature }: ReasoningPart): ContentBlockParam[] {
  if (signature?.by !== "claude") return [];
  return signature.redacted
    ? [{ type: "redacted_thinking", data: signature.value }]
    : [{ type: "thinking", thinking: text, signature: signature.value }];
}

function toolUse({ id, name, arguments: json }: ToolCallPart): ContentBlockParam {
  return { type: "tool_use", id: toolUseId(id), name, input: argumentsOf(json) };
}

/**
 * The object that a call's JSON text says; some models write nothing where they mean an empty one.
 *
 * @returns undefined where it is none
 */
export function argumentsOf(json: string): object | undefined {
  if (json.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function toolResult({ callId, parts, isError }: ToolResult): ToolResultBlockParam {
  const content = parts.flatMap(userBlocks);
  return {
    type: "tool_result",
    tool_use_id: toolUseId(callId),
    ...(content.length > 0 ? { content } : {}),
    ...(isError === undefined ? {} : { is_error: isError }),
  };
}

/** How closely a model looks (`detail`) can't be said: Claude always looks closely. */
function image({ source, cache }: ImagePart): ImageBlockParam {
  return { type: "image", source: source.kind === "url" ? urlOf(source) : imageData(source), ...cacheControl(cache) };
}

function imageData({ mediaType, data }: Extract<MediaSource, { kind: "base64" }>): Base64ImageSource {
  return { type: "base64", media_type: mediaType as Base64ImageSource["media_type"], data };
}

function document({ source, name, cache }: FilePart): DocumentBlockParam {
  return {
    type: "document",
    source: source.kind === "url" ? urlOf(source) : documentData(source),
    ...(name === undefined ? {} : { title: name }),
    ...cacheControl(cache),
  };
}

function documentData({ mediaType, data }: Extract<MediaSource, { kind: "base64" }>): DocumentBlockParam["source"] {
  return mediaType === "text/plain"
    ? { type: "text", media_type: mediaType, data: Buffer.from(data, "base64").toString("utf8") }
    : { type: "base64", media_type: mediaType as "application/pdf", data };
}

const urlOf = ({ url }: { url: string }) => ({ type: "url", url }) as const;

/** As the client wrote it: only clients of this wire have such a thing. */
export function cacheControl(cache: TextPart["cache"]): { cache_control?: CacheControlEphemeral } {
  return cache ? { cache_control: cache as unknown as CacheControlEphemeral } : {};
}
