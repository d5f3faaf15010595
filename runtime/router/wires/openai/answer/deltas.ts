import type { ChatDelta, Usage } from "../../../chat/index.ts";
import { finishReasonOf } from "../finish.ts";
import { signatureOf, toolSignatureOf } from "../signatures.ts";
import { isObject, type JsonObject, listOf, textOf } from "../values.ts";
import { calledOf } from "./tool-call-numbers.ts";

/** A chunk that the scanner has accepted: the parts of its tool calls are numbered. */
export interface Chunk extends JsonObject {
  readonly choices: readonly JsonObject[];
}

export const indexOf = ({ index }: JsonObject): number => (typeof index === "number" ? index : 0);

/** @param begins whether it is the stream's first that has a choice */
export function deltasOf(chunk: Chunk, begins: boolean, usage: Usage | undefined): readonly ChatDelta[] {
  const deltas: ChatDelta[] = begins ? [{ type: "start", id: textOf(chunk.id), model: textOf(chunk.model) }] : [];
  for (const choice of chunk.choices) {
    const index = indexOf(choice);
    if (isObject(choice.delta)) addMessage(choice.delta, index, textOf(chunk.id), deltas);
    const reason = textOf(choice.finish_reason);
    if (reason !== "") deltas.push({ type: "finish", choice: index, reason: finishReasonOf(reason) });
  }
  if (usage) deltas.push({ type: "usage", usage });
  return deltas;
}

function addMessage(delta: JsonObject, choice: number, streamId: string, deltas: ChatDelta[]): void {
  // Some providers say the same under both names.
  const reasoning = textOf(delta.reasoning_content) || textOf(delta.reasoning);
  if (reasoning !== "") deltas.push({ type: "reasoning", choice, text: reasoning });
  for (const detail of listOf(delta.reasoning_details)) {
    const signature = signatureOf(detail);
    if (signature) deltas.push({ type: "signature", choice, signature });
  }
  const text = textOf(delta.content);
  if (text !== "") deltas.push({ type: "text", choice, text });
  const refusal = textOf(delta.refusal);
  if (refusal !== "") deltas.push({ type: "refusal", choice, text: refusal });
  for (const part of listOf(delta.tool_calls)) if (isObject(part)) addToolCall(part, choice, deltas);
  if (isObject(delta.function_call)) addToolCall(asToolCall(delta.function_call, choice, streamId), choice, deltas);
}

function addToolCall(part: JsonObject, choice: number, deltas: ChatDelta[]): void {
  const called = calledOf(part);
  if (!called) return;
  const index = indexOf(part);
  if (typeof part.id === "string") {
    const signature = toolSignatureOf(part);
    const call = { type: "tool_call", choice, index, id: part.id, name: textOf(called.name) } as const;
    deltas.push(signature ? { ...call, signature } : call);
  }
  const json = textOf(called.arguments) || textOf(called.input);
  if (json !== "") deltas.push({ type: "tool_arguments", choice, index, json });
}

/** The one call that the wire knew before it had tools; it has no id. */
function asToolCall(call: JsonObject, choice: number, streamId: string): JsonObject {
  return { index: 0, function: call, ...(textOf(call.name) === "" ? {} : { id: `call_${streamId}_${choice}_0` }) };
}
