import type * as pulumi from "@pulumi/pulumi";
import type { ClusterStack } from "../config/index.ts";
import { composeExisting } from "../existing.ts";
import { composeShared } from "../regions.ts";
import { composeStores } from "../stores.ts";

/** Composes a stack in one cluster that is there already. */
export function composeCluster(stack: ClusterStack): pulumi.Inputs {
  const shared = composeShared(stack, [stack.cluster.name]);
  const region = composeExisting(stack.cluster, { airgapped: false }, shared);
  composeStores(
    stack,
    {
      ...region,
      ready: [region.platform],
      networks: { apiServers: stack.cluster.apiServers.map((cidr) => ({ cidr })) },
    },
    shared,
  );
  return { trustBundlePem: shared.pki.trustBundlePem };
}
