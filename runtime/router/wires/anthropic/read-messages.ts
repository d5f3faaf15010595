import type { AssistantPart, Message, ReasoningPart, TextPart, ToolResult, UserPart } from "../../chat/index.ts";
import { RouterError } from "../../errors.ts";
import { cacheOf } from "./cache.ts";
import type { Foreign } from "./foreign.ts";
import { given, isObject, type JsonObject } from "./json.ts";
import { readMedia } from "./read-media.ts";
import { signatureOf } from "./signature.ts";
import { objectAt, objectsAt, stringAt } from "./values.ts";

/** Reads the turns of a conversation; what of them has no place in the router's form is noted by its path. */
export function readMessages(messages: readonly JsonObject[], foreign: Foreign): Message[] {
  return messages.flatMap(({ role, content }, index): Message[] => {
    const path = `messages[${index}]`;
    switch (role) {
      case "user":
        return readUser(content, `${path}.content`, foreign);
      case "assistant":
        return [{ role, parts: readAssistant(content, `${path}.content`, foreign) }];
      case "system":
        return [{ role, parts: readText(content, `${path}.content`, foreign) }];
      default: {
        const message = `${path}.role: given ${JSON.stringify(role)}; allowed: user, assistant, system`;
        throw new RouterError("invalid_request", message, { param: `${path}.role` });
      }
    }
  });
}

/** Text alone, as system prompts are. */
export function readText(content: unknown, path: string, foreign: Foreign): TextPart[] {
  return blocksOf(content, path).flatMap((block, index): TextPart[] => {
    const at = `${path}[${index}]`;
    if (block.type === "text") return [textPart(block, at, foreign)];
    foreign.note(at, block);
    return [];
  });
}

/** The wire gives results of tools in the user's turn; in the router's form each is a message before what follows. */
function readUser(content: unknown, path: string, foreign: Foreign): Message[] {
  const messages: Message[] = [];
  let parts: UserPart[] = [];
  const flush = () => {
    if (parts.length > 0) messages.push({ role: "user", parts });
    parts = [];
  };
  for (const [index, block] of blocksOf(content, path).entries()) {
    const at = `${path}[${index}]`;
    if (block.type === "tool_result") {
      flush();
      messages.push(readResult(block, at, foreign));
    } else parts.push(...readUserPart(block, at, foreign));
  }
  flush();
  return messages;
}

function readResult(block: JsonObject, path: string, foreign: Foreign): ToolResult {
  const { type: _, tool_use_id, content, is_error, cache_control, ...others } = given(block);
  foreign.rest(others, path);
  const blocks = content === undefined ? [] : blocksOf(content, `${path}.content`);
  return {
    role: "tool",
    callId: stringAt(tool_use_id, `${path}.tool_use_id`),
    parts: blocks.flatMap((part, index) => readUserPart(part, `${path}.content[${index}]`, foreign)),
    ...(typeof is_error === "boolean" ? { isError: is_error } : {}),
  };
}

function readUserPart(block: JsonObject, path: string, foreign: Foreign): UserPart[] {
  if (block.type === "text") return [textPart(block, path, foreign)];
  const media = readMedia(block, path, foreign);
  if (!media) foreign.note(path, block);
  return media ? [media] : [];
}

function readAssistant(content: unknown, path: string, foreign: Foreign): AssistantPart[] {
  const blocks = blocksOf(content, path);
  return blocks.flatMap((block, index): AssistantPart[] => {
    const at = `${path}[${index}]`;
    switch (block.type) {
      case "text":
        return [textPart(block, at, foreign)];
      case "thinking":
        return readThought(block, at, blocks[index + 1]?.type === "tool_use");
      case "redacted_thinking": {
        const value = stringAt(block.data, `${at}.data`);
        return [{ type: "reasoning", text: "", signature: { by: "claude", value, redacted: true } }];
      }
      case "tool_use":
        return [readCall(block, at, foreign, blocks[index - 1])];
      default:
        foreign.note(at, block);
        return [];
    }
  });
}

/** A signature of Gemini's right before a call is the call's: the writer put it there. */
function readThought(block: JsonObject, path: string, beforeCall: boolean): ReasoningPart[] {
  const text = stringAt(block.thinking, `${path}.thinking`);
  const signature = thoughtSignature(block);
  if (signature?.by === "gemini" && beforeCall) return text === "" ? [] : [{ type: "reasoning", text }];
  return [{ type: "reasoning", text, ...(signature ? { signature } : {}) }];
}

function readCall(block: JsonObject, path: string, foreign: Foreign, before: JsonObject | undefined): AssistantPart {
  const { type: _, id, name, input, caller, cache_control, ...others } = given(block);
  if (caller !== undefined && !(isObject(caller) && caller.type === "direct")) foreign.note(`${path}.caller`, caller);
  foreign.rest(others, path);
  const signature = before?.type === "thinking" ? thoughtSignature(before) : undefined;
  return {
    type: "tool_call",
    id: stringAt(id, `${path}.id`),
    name: stringAt(name, `${path}.name`),
    arguments: JSON.stringify(objectAt(input, `${path}.input`)),
    ...(signature?.by === "gemini" ? { signature } : {}),
  };
}

const thoughtSignature = ({ signature }: JsonObject) =>
  typeof signature === "string" ? signatureOf(signature) : undefined;

function textPart(block: JsonObject, path: string, foreign: Foreign): TextPart {
  const { type: _, text, cache_control, citations, ...others } = given(block);
  if (citations !== undefined && !(Array.isArray(citations) && citations.length === 0)) {
    foreign.note(`${path}.citations`, citations);
  }
  foreign.rest(others, path);
  return { type: "text", text: stringAt(text, `${path}.text`), ...cacheOf(cache_control) };
}

/** A string is short for one block of text. */
function blocksOf(content: unknown, path: string): JsonObject[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : objectsAt(content, path);
}
