import type * as pulumi from "@pulumi/pulumi";
import type { CloudStack } from "../config/index.ts";
import { composeShared } from "../regions.ts";
import { composeRegion } from "./region.ts";

/** Composes a stack in AWS, region by region. */
export function composeCloud(stack: CloudStack): pulumi.Inputs {
  const shared = composeShared(
    stack,
    stack.regions.map(({ name }) => name),
  );
  const regions = stack.regions.map((region) => composeRegion(region, stack.production, shared));
  return {
    trustBundlePem: shared.pki.trustBundlePem,
    regions: Object.fromEntries(
      regions.map(({ scope, cluster, routerRepository }) => [
        scope.name,
        {
          cluster: cluster.clusterName,
          endpoint: cluster.cluster.endpoint,
          kubeconfig: cluster.kubeconfig,
          routerRepository: routerRepository.url,
        },
      ]),
    ),
  };
}
