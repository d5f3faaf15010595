import type * as pulumi from "@pulumi/pulumi";
import type { ClusterStack } from "../config/index.ts";
import { composeExisting, insideOf, routerImagesOf } from "../existing.ts";
import { composeInside } from "../inside.ts";
import { composeShared } from "../regions.ts";

/** Composes a stack in one cluster that is there already. */
export function composeCluster(stack: ClusterStack): pulumi.Inputs {
  const shared = composeShared(stack, [stack.cluster.name]);
  const region = composeExisting(stack.cluster, { airgapped: false, gpu: stack.gpu.operator }, shared);
  composeInside(stack, insideOf(stack.cluster, region, routerImagesOf(stack)), shared);
  return { trustBundlePem: shared.pki.trustBundlePem };
}
