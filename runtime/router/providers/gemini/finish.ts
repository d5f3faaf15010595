import type { FinishReason as GeminiFinish } from "@google/genai";
import type { FinishReason } from "../../chat/index.ts";
import { UpstreamFailure } from "../failure.ts";

type GeminiReason = `${GeminiFinish}` | "MODEL_ARMOR";

/**
 * Why an answer ended, where that is an end. A stop sequence can't be told from the model's own end. CONTINUATION is
 * the limit of one request (Gemini 4 would go on in another one); a client takes it as any other limit.
 */
const ends = namedBy<FinishReason>({
  STOP: "stop",
  MAX_TOKENS: "length",
  CONTINUATION: "length",
  SAFETY: "content_filter",
  RECITATION: "content_filter",
  LANGUAGE: "content_filter",
  BLOCKLIST: "content_filter",
  PROHIBITED_CONTENT: "content_filter",
  SPII: "content_filter",
  MODEL_ARMOR: "content_filter",
  IMAGE_SAFETY: "content_filter",
  IMAGE_PROHIBITED_CONTENT: "content_filter",
  IMAGE_RECITATION: "content_filter",
});

/** Where the answer broke off instead: another attempt, or another model, may bring it to its end. */
const breaks = namedBy<string>({
  MALFORMED_FUNCTION_CALL: "its model wrote a malformed tool call",
  UNEXPECTED_TOOL_CALL: "its model called a tool that it was not given",
  TOO_MANY_TOOL_CALLS: "its model called too many tools",
  MALFORMED_RESPONSE: "its model wrote a malformed answer",
});

function namedBy<Value>(table: Partial<Record<GeminiReason, Value>>): ReadonlyMap<string, Value> {
  return new Map(Object.entries<Value>(table));
}

/**
 * @param reason a candidate's finishReason
 * @param calls whether the candidate called a tool: Gemini then says STOP too
 * @throws UpstreamFailure where the answer broke off
 */
export function finishReasonOf(reason: string, calls: boolean): FinishReason {
  const end = ends.get(reason);
  if (end === undefined) {
    const why = breaks.get(reason) ?? "its answer broke off without a known reason";
    throw new UpstreamFailure(why, { retryable: true });
  }
  return end === "stop" && calls ? "tool_calls" : end;
}

/** Google's words for no reason at all. */
const unsaid: readonly string[] = [
  "",
  "FINISH_REASON_UNSPECIFIED",
  "BLOCK_REASON_UNSPECIFIED",
  "BLOCKED_REASON_UNSPECIFIED",
];

/** Whether a finish or block reason is given at all. */
export const isSaid = (reason: unknown): reason is string => typeof reason === "string" && !unsaid.includes(reason);

/**
 * Gemini refused the prompt and answers nothing. The client gets it as a refusal with an error status, as the OpenAI
 * wire's own filters do it: an empty answer that ends with content_filter is too easily taken for an answer.
 */
export function promptBlocked(reason: string): UpstreamFailure {
  return new UpstreamFailure("its content filter refused the request", {
    consequence: "reject",
    rejection: {
      status: 400,
      message: `The prompt was blocked (${reason}).`,
      type: "invalid_request_error",
      code: "content_filter",
      kind: "content_filter",
    },
  });
}
