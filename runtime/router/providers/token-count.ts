import { isObject } from "../json.ts";
import { UpstreamFailure } from "./failure.ts";

/** The count that stands under this name in a provider's answer. */
export function tokenCountIn(answer: Buffer, name: string): number {
  try {
    const value: unknown = JSON.parse(answer.toString("utf8"));
    const count = isObject(value) ? value[name] : undefined;
    if (typeof count === "number" && Number.isSafeInteger(count) && count >= 0) return count;
  } catch {
    // Told below.
  }
  throw new UpstreamFailure("its answer holds no count of tokens");
}
