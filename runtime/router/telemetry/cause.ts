import type { AttemptCause, AttemptStart } from "./types.ts";

type Target = Pick<AttemptStart, "model"> & { readonly backend: string };

/** Why an attempt is made, by the target that was asked before it. */
export function causeOf(
  { backend, model, continues }: Target & Pick<AttemptStart, "continues">,
  before: Target | undefined,
): AttemptCause {
  if (before === undefined) return "first";
  if (continues) return "continuation";
  return before.backend === backend && before.model === model ? "retry" : "failover";
}
