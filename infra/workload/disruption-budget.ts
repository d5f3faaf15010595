import type * as kubernetes from "@pulumi/kubernetes";
import type { Labels } from "./labels.ts";

/**
 * One pod at a time, and never none: a drain goes on with a single replica too, and past pods that aren't ready, such as
 * those that crash or, of Vault, wait to be unsealed.
 */
export const disruptionBudget = (selector: Labels): kubernetes.types.input.policy.v1.PodDisruptionBudgetSpec => ({
  maxUnavailable: 1,
  selector: { matchLabels: selector },
  unhealthyPodEvictionPolicy: "AlwaysAllow",
});
