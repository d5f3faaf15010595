import type { Signature } from "../../chat/index.ts";
import { isObject, type JsonObject } from "./values.ts";

/*
 * The OpenAI wire has no place for signed thoughts, and without them Claude and Gemini refuse the next turn of a
 * conversation with tools. Two conventions of others are followed, in answers and in requests alike, so that a client
 * which sends the assistant's message back sends the signatures back: OpenRouter's `reasoning_details` on a message,
 * and Google's own `extra_content` on a tool call.
 */

const formats: Readonly<Record<Signature["by"], string>> = {
  claude: "anthropic-claude-v1",
  gemini: "google-gemini-v1",
};

/** One element of `reasoning_details`: a signed thought, whole. */
export function reasoningDetail(text: string, { by, value, redacted }: Signature, index: number): JsonObject {
  const common = { format: formats[by], index };
  return redacted
    ? { type: "reasoning.encrypted", data: value, ...common }
    : { type: "reasoning.text", text, signature: value, ...common };
}

/** The signature of an element of `reasoning_details`; undefined where it has none, or that of another provider. */
export function signatureOf(detail: unknown): Signature | undefined {
  if (!isObject(detail)) return undefined;
  const by = detail.format === formats.claude ? "claude" : detail.format === formats.gemini ? "gemini" : undefined;
  if (!by) return undefined;
  if (detail.type === "reasoning.encrypted") {
    return typeof detail.data === "string" ? { by, value: detail.data, redacted: true } : undefined;
  }
  return typeof detail.signature === "string" && detail.signature !== "" ? { by, value: detail.signature } : undefined;
}

/** Only Gemini signs tool calls. */
export const toolSignatureForm = ({ value }: Signature): JsonObject => ({ google: { thought_signature: value } });

export function toolSignatureOf(call: JsonObject): Signature | undefined {
  const google = isObject(call.extra_content) ? call.extra_content.google : undefined;
  const value = isObject(google) ? google.thought_signature : undefined;
  return typeof value === "string" ? { by: "gemini", value } : undefined;
}
