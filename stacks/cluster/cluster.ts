import type * as pulumi from "@pulumi/pulumi";
import type { ClusterStack } from "../config/index.ts";
import { composeExisting, trafficRegionOf } from "../existing.ts";
import { composeShared } from "../regions.ts";
import { composeTraffic } from "../traffic.ts";

/** Composes a stack in one cluster that is there already. */
export function composeCluster(stack: ClusterStack): pulumi.Inputs {
  const shared = composeShared(stack, [stack.cluster.name]);
  const region = composeExisting(stack.cluster, { airgapped: false }, shared);
  composeTraffic(stack, trafficRegionOf(region), shared);
  return { trustBundlePem: shared.pki.trustBundlePem };
}
