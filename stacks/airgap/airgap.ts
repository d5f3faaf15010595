import type * as pulumi from "@pulumi/pulumi";
import type { AirgapStack } from "../config/index.ts";
import { composeExisting } from "../existing.ts";
import { composeShared } from "../regions.ts";
import { composeStores } from "../stores.ts";

/** Composes a stack in clusters without internet: every image and chart comes from the mirror. */
export function composeAirgap(stack: AirgapStack): pulumi.Inputs {
  const shared = composeShared(
    stack,
    stack.clusters.map(({ name }) => name),
  );
  const { registryMirror } = stack.airgap;
  for (const cluster of stack.clusters) {
    const region = composeExisting(cluster, { airgapped: true, registryMirror }, shared);
    composeStores(
      stack,
      { ...region, ready: [region.platform], networks: { apiServers: cluster.apiServers.map((cidr) => ({ cidr })) } },
      shared,
    );
  }
  return { trustBundlePem: shared.pki.trustBundlePem };
}
