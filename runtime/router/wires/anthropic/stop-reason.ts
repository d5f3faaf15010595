import type { StopReason } from "@anthropic-ai/sdk/resources/messages";
import type { FinishReason } from "../../chat/index.ts";

const finishReasons: Readonly<Record<StopReason, FinishReason>> = {
  end_turn: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  stop_sequence: "stop_sequence",
  tool_use: "tool_calls",
  pause_turn: "pause",
  refusal: "content_filter",
};

const stopReasons: Readonly<Record<FinishReason, StopReason>> = {
  stop: "end_turn",
  length: "max_tokens",
  stop_sequence: "stop_sequence",
  tool_calls: "tool_use",
  pause: "pause_turn",
  content_filter: "refusal",
};

/** A reason that this wire will have some day is an end like any other. */
export const finishReasonOf = (reason: string): FinishReason =>
  Object.hasOwn(finishReasons, reason) ? finishReasons[reason as StopReason] : "stop";

export const stopReasonOf = (reason: FinishReason): StopReason => stopReasons[reason];
