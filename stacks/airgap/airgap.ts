import type * as pulumi from "@pulumi/pulumi";
import type { AirgapStack } from "../config/index.ts";
import { composeExisting, insideOf, routerImagesOf } from "../existing.ts";
import { composeInside } from "../inside.ts";
import { composeShared } from "../regions.ts";

/** Composes a stack in clusters without internet: every image and chart comes from the mirror. */
export function composeAirgap(stack: AirgapStack): pulumi.Inputs {
  const shared = composeShared(
    stack,
    stack.clusters.map(({ name }) => name),
  );
  const { registryMirror } = stack.airgap;
  for (const cluster of stack.clusters) {
    const region = composeExisting(cluster, { airgapped: true, registryMirror, gpu: stack.gpu.operator }, shared);
    composeInside(stack, insideOf(cluster, region, routerImagesOf(stack)), shared);
  }
  return { trustBundlePem: shared.pki.trustBundlePem };
}
