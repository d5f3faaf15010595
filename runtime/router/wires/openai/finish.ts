import type { FinishReason } from "../../chat/index.ts";

const read: Readonly<Record<string, FinishReason>> = {
  stop: "stop",
  length: "length",
  tool_calls: "tool_calls",
  function_call: "tool_calls",
  content_filter: "content_filter",
};

/** Reasons of providers' own (`eos`, `end_turn`, …) are ends like any other. */
export const finishReasonOf = (reason: string): FinishReason => (Object.hasOwn(read, reason) && read[reason]) || "stop";

/** With these a provider says that it could not finish: not an end of an answer, but its failure. */
export const failedReasons: readonly string[] = ["error", "abort"];

const written: Readonly<Record<FinishReason, string>> = {
  stop: "stop",
  // This wire makes no difference.
  stop_sequence: "stop",
  length: "length",
  tool_calls: "tool_calls",
  content_filter: "content_filter",
  // Only the Anthropic wire can ask for the tools that a provider runs itself.
  pause: "stop",
};

export const finishForm = (reason: FinishReason): string => written[reason];
