import type * as kubernetes from "@pulumi/kubernetes";
import type { Labels } from "./labels.ts";

/**
 * Evenly over zones, then over nodes. Both are wishes: when a zone is lost its nodes are still listed for a while, and a
 * demand for evenness would then keep every new pod waiting. Each roll-out is spread by itself, so that old pods that are
 * about to go don't count.
 */
export const topologySpread = (selector: Labels): kubernetes.types.input.core.v1.TopologySpreadConstraint[] =>
  ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
    topologyKey,
    maxSkew: 1,
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels: selector },
    matchLabelKeys: ["pod-template-hash"],
  }));
