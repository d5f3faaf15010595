import { isUtf8 } from "node:buffer";
import type { WholeAnswer } from "../../../chat/index.ts";
import { UpstreamFailure } from "../../../providers/failure.ts";
import { failedReasons, finishReasonOf } from "../finish.ts";
import { usageOf } from "../usage.ts";
import { isObject, type JsonObject, textOf } from "../values.ts";
import { failureInBand } from "./scanner.ts";

/**
 * The object that a whole answer holds.
 *
 * @throws UpstreamFailure where it is none, or an error
 */
export function answerObject(bytes: Buffer): JsonObject {
  let value: unknown;
  try {
    value = isUtf8(bytes) ? JSON.parse(bytes.toString("utf8")) : undefined;
  } catch {
    value = undefined;
  }
  if (value === undefined) throw new UpstreamFailure("its answer is not JSON");
  if (typeof value !== "object" || value === null) throw new UpstreamFailure("its answer is not an object");
  const answer = value as JsonObject;
  if (answer.error !== undefined && answer.error !== null) throw failureInBand(answer.error);
  return answer;
}

/**
 * A chat's whole answer, passed on as it came once it is known to be one.
 *
 * @throws UpstreamFailure where it is none, or not whole
 */
export function wholeAnswer(bytes: Buffer): WholeAnswer {
  const { id, model, choices, usage } = answerObject(bytes);
  if (!Array.isArray(choices) || choices.length === 0) throw new UpstreamFailure("its answer has no choices");
  const reasons = choices.map(finishOf);
  const counted = usageOf(usage);
  return {
    bytes,
    answerer: { id: textOf(id), model: textOf(model) },
    finishReasons: () => reasons.map(finishReasonOf),
    ...(counted ? { usage: counted } : {}),
  };
}

function finishOf(choice: unknown): string {
  if (!isObject(choice) || !isObject(choice.message)) throw new UpstreamFailure("its answer has a malformed choice");
  const reason = textOf(choice.finish_reason);
  if (reason === "") throw new UpstreamFailure("its answer ends without a finish reason");
  if (failedReasons.includes(reason)) throw new UpstreamFailure(`its answer ended with "${reason}"`);
  return reason;
}
