import type { Unsupported } from "./chat/index.ts";
import { RouterError } from "./errors.ts";

/** What the client is told where a target can't do what it asks for. */
export function refusalOf(lacking: readonly Unsupported[]): RouterError | undefined {
  const [first] = lacking;
  const reason = lacking.map(({ param, reason: why }) => `${param}: ${why}`).join("; ");
  return first && new RouterError("invalid_request", reason, { param: first.param });
}
