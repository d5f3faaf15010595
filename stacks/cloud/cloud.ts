import type * as pulumi from "@pulumi/pulumi";
import type { CloudStack } from "../config/index.ts";
import { composeShared } from "../regions.ts";
import { composeStores, type StoreRegion } from "../stores.ts";
import { type CloudRegion, composeRegion } from "./region.ts";

/** Composes a stack in AWS, region by region. */
export function composeCloud(stack: CloudStack): pulumi.Inputs {
  const shared = composeShared(
    stack,
    stack.regions.map(({ name }) => name),
  );
  const regions = stack.regions.map((region) => composeRegion(region, stack.production, shared));
  for (const region of regions) composeStores(stack, storeRegionOf(region), shared);
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

/** Where a region's stores stand: in subnets without a way out, and in its cluster. */
function storeRegionOf({ scope, platform, ready, storage, cluster, network }: CloudRegion): StoreRegion {
  return {
    scope,
    platform,
    ready: [...ready, storage],
    networks: {
      dataSubnets: network.plan.map(({ data }) => ({ cidr: data })),
      // Their addresses in the VPC are in the private subnets.
      apiServers: network.plan.map(({ private: cidr }) => ({ cidr })),
    },
    cloud: {
      clusterName: cluster.clusterName,
      network: {
        vpcId: network.vpcId,
        subnetIds: network.dataSubnetIds,
        nodeSecurityGroupId: cluster.securityGroupId,
      },
    },
  };
}
