import type { AssistantPart, Message, ToolCallPart } from "../../chat/index.ts";
import { isObject } from "../../json.ts";
import { mediaPart, resultPart } from "./media.ts";
import type { ModelTraits } from "./models.ts";
import type { Refusals } from "./refusals.ts";
import type { GeminiContent, GeminiPart } from "./types.ts";

/**
 * Stands for the signature of a call that Gemini did not make itself, or that the client lost on the way. Google names
 * it for "transferring a trace from a different model" and for calls that a client injects; without it Gemini 3 refuses
 * the request, with it the model only lacks its old thought. (ai.google.dev/gemini-api/docs/thought-signatures)
 */
const foreignSignature = "skip_thought_signature_validator";

export interface Conversation {
  readonly systemInstruction: GeminiContent | undefined;
  readonly contents: readonly GeminiContent[];
}

/** The messages as turns of `user` and `model`; what several messages of one side say in a row is one turn. */
export function conversationOf(messages: readonly Message[], traits: ModelTraits, refusals: Refusals): Conversation {
  const system: GeminiPart[] = [];
  const contents: { role: "user" | "model"; parts: GeminiPart[] }[] = [];
  const add = (role: "user" | "model", parts: readonly GeminiPart[]) => {
    if (parts.length === 0) return;
    const last = contents.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else contents.push({ role, parts: [...parts] });
  };
  const calls = namesOfCalls(messages);
  for (const [index, message] of messages.entries()) {
    const refuse = (reason: string, part?: number) => refusals.message(reason, index, part);
    if ("name" in message && message.name !== undefined) refuse("knows no names of speakers");
    switch (message.role) {
      case "system":
        system.push(...message.parts.filter(({ text }) => text !== "").map(({ text }) => ({ text })));
        break;
      case "user":
        add(
          "user",
          message.parts.flatMap((part, at) => mediaPart(part, (reason) => refuse(reason, at))),
        );
        break;
      case "assistant":
        add("model", modelParts(message.parts, refuse));
        break;
      case "tool":
        add("user", [resultPart(message, calls.get(message.callId), traits, refuse)]);
    }
  }
  if (traits.wantsSignatures) for (const { role, parts } of contents) if (role === "model") signStep(parts);
  return { systemInstruction: system.length > 0 ? { parts: system } : undefined, contents };
}

/** A result names its function, which the clients' wires don't say: it is that of the call. */
function namesOfCalls(messages: readonly Message[]): ReadonlyMap<string, string> {
  const calls = messages.flatMap((message) =>
    message.role === "assistant" ? message.parts.filter((part): part is ToolCallPart => part.type === "tool_call") : [],
  );
  return new Map(calls.map(({ id, name }) => [id, name]));
}

/**
 * What the model said. A signature goes back on the part that it came on: a call's on the call; one that came with text
 * (or, in a stream, with the empty text at its end) on the text next to which the client kept it.
 */
function modelParts(parts: readonly AssistantPart[], refuse: (reason: string) => void): readonly GeminiPart[] {
  const said: GeminiPart[] = [];
  let waiting: string | undefined;
  const place = () => {
    if (waiting === undefined) return;
    const text = said.findLast((part) => isPlainText(part) && part.thoughtSignature === undefined);
    if (text) text.thoughtSignature = waiting;
    else said.push({ text: "", thoughtSignature: waiting });
    waiting = undefined;
  };
  for (const part of parts) {
    switch (part.type) {
      case "text":
      case "refusal":
        if (part.text === "") break;
        said.push({ text: part.text, ...(waiting === undefined ? {} : { thoughtSignature: waiting }) });
        waiting = undefined;
        break;
      case "reasoning":
        if (part.text !== "") said.push({ text: part.text, thought: true });
        if (part.signature?.by === "gemini") {
          place();
          waiting = part.signature.value;
        }
        break;
      case "tool_call":
        said.push(callPart(part, refuse));
    }
  }
  place();
  return said;
}

const isPlainText = (part: GeminiPart): boolean => part.text !== undefined && part.thought !== true;

function callPart(
  { id, name, arguments: json, signature }: ToolCallPart,
  refuse: (reason: string) => void,
): GeminiPart {
  const args = argumentsOf(json);
  if (args === undefined) refuse(`takes the arguments of a call as a JSON object only, which those of ${name} are not`);
  return {
    functionCall: { id, name, args: args ?? {} },
    ...(signature?.by === "gemini" ? { thoughtSignature: signature.value } : {}),
  };
}

/** A model that calls a function without arguments may write nothing at all. */
function argumentsOf(json: string): Record<string, unknown> | undefined {
  if (json.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Gemini looks at the first call of each step only: parallel calls share one signature. */
function signStep(parts: readonly GeminiPart[]): void {
  const first = parts.find((part) => part.functionCall !== undefined);
  if (first) first.thoughtSignature ??= foreignSignature;
}
