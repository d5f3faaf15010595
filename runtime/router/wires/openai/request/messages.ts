import type { AssistantPart, Message, ReasoningPart, ToolCallPart } from "../../../chat/index.ts";
import { signatureOf, toolSignatureOf } from "../signatures.ts";
import { isObject, listOf, present, textOf } from "../values.ts";
import { readContent, readParts, readTextPart, readTexts } from "./content.ts";
import { type Fields, type Foreign, wrong } from "./fields.ts";

/** Reads the conversation; system messages stay where they stand. */
export function readMessages(messages: readonly Fields[], foreign: Foreign): Message[] {
  // A `function` message has no id: it answers the call before it.
  let legacyCall = "";
  return messages.map((message, index) => {
    if (isObject(message.any("function_call"))) legacyCall = legacyId(index);
    return readMessage(message, index, legacyCall, foreign);
  });
}

function readMessage(message: Fields, index: number, legacyCall: string, foreign: Foreign): Message {
  const role = message.required("role");
  switch (role) {
    case "system":
    case "developer": {
      const parts = readTexts(message, foreign);
      message.ignore(["name"]);
      message.rest(foreign);
      return { role: "system", parts };
    }
    case "user": {
      const parts = readContent(message, foreign);
      const name = message.string("name");
      message.rest(foreign);
      return { role, parts, ...present({ name }) };
    }
    case "assistant":
      return readAssistant(message, index, foreign);
    case "tool": {
      const callId = message.required("tool_call_id");
      const parts = readContent(message, foreign);
      message.ignore(["name"]);
      message.rest(foreign);
      return { role, callId, parts };
    }
    case "function":
      if (legacyCall === "") throw wrong(message.path, "a function's result after the call that it answers");
      return { role: "tool", callId: legacyCall, parts: readContent(message, foreign) };
    default:
      throw wrong(message.pathOf("role"), "system, developer, user, assistant, tool, function");
  }
}

const legacyId = (index: number): string => `call_${index}`;

/**
 * An assistant's message is an answer that comes back. What answers hold beside these fields (annotations, a parsed
 * form, a provider's own additions) asks for nothing, and is left out.
 */
function readAssistant(message: Fields, index: number, foreign: Foreign): Message {
  const refusal = message.string("refusal");
  const audio = message.any("audio");
  if (audio !== undefined) foreign[message.pathOf("audio")] = audio;
  const said = readParts(message, (part): AssistantPart | undefined =>
    part.any("type") === "refusal" ? { type: "refusal", text: part.required("refusal") } : readTextPart(part, foreign),
  ).filter((part) => part.type !== "text" || part.text !== "");
  const legacy = message.object("function_call");
  const parts: AssistantPart[] = [
    ...readThoughts(message),
    ...said,
    ...(refusal ? [{ type: "refusal", text: refusal } as const] : []),
    ...message.objects("tool_calls").flatMap((call) => readToolCall(call, foreign) ?? []),
    ...(legacy ? [{ type: "tool_call", id: legacyId(index), ...readFunction(legacy) } as const] : []),
  ];
  return { role: "assistant", parts, ...present({ name: message.string("name") }) };
}

/** Signed thoughts with their texts; or the readable thought alone, where no signature came with it. */
function readThoughts(message: Fields): ReasoningPart[] {
  const text = message.string("reasoning_content") ?? message.string("reasoning") ?? "";
  const signed = listOf(message.any("reasoning_details")).flatMap((detail): ReasoningPart[] => {
    const signature = signatureOf(detail);
    if (!signature || !isObject(detail)) return [];
    return [{ type: "reasoning", text: textOf(detail.text), signature }];
  });
  if (signed.length > 0) return signed;
  return text === "" ? [] : [{ type: "reasoning", text }];
}

function readToolCall(call: Fields, foreign: Foreign): ToolCallPart | undefined {
  const called = call.object("function");
  if (!called) {
    foreign[call.path] = call.value;
    return undefined;
  }
  const signature = toolSignatureOf(call.value);
  return { type: "tool_call", id: call.required("id"), ...readFunction(called), ...present({ signature }) };
}

function readFunction(called: Fields): Pick<ToolCallPart, "name" | "arguments"> {
  return { name: called.required("name"), arguments: called.string("arguments") || "{}" };
}
