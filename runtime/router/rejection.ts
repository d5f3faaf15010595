import { RouterError } from "./errors.ts";
import type { UpstreamFailure } from "./providers/failure.ts";
import { redact } from "./secrets.ts";
import type { Target } from "./targets.ts";

/** A request that the provider refuses for what it says: its own status and reason, but none of our secrets. */
export function rejected(failure: UpstreamFailure, target: Target): RouterError {
  const { status = 400, message = failure.message, type, param } = failure.rejection ?? {};
  return new RouterError("upstream_rejected", `${target.backend.name}: ${redact(message)}`, {
    status,
    ...(type === undefined ? {} : { type: redact(type) }),
    ...(param === undefined ? {} : { param: redact(param) }),
  });
}
