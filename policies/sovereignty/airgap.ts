import type { Plan } from "../pack/plan.ts";

/** How each policy of the pack is told of the stack: by its configuration, else by the stack's components. */
export const airgapConfig = {
  airgapped: { type: "boolean", description: "whether the stack has no way to the internet" },
  registryMirror: { type: "string", description: "the registry that stands in for all others" },
} as const;

/**
 * Whether what only air-gapped stacks must hold to is judged. A stack that doesn't say is judged as one: see
 * `says-whether-airgapped`, which then refuses it anyway.
 */
export const isAirgapped = (plan: Plan): boolean => plan.fact("airgapped") !== false;

export function mirrorOf(plan: Plan): string | undefined {
  const found = plan.fact("registryMirror");
  return typeof found === "string" && found !== "" ? found : undefined;
}
