import type * as pulumi from "@pulumi/pulumi";
import type { CloudStack } from "../config/index.ts";
import { composeShared, type Shared } from "../regions.ts";
import { composeTraffic, type Traffic } from "../traffic.ts";
import { composeEdge } from "./edge.ts";
import { type CloudRegion, composeRegion } from "./region.ts";

/** Composes a stack in AWS, region by region. */
export function composeCloud(stack: CloudStack): pulumi.Inputs {
  const shared = composeShared(
    stack,
    stack.regions.map(({ name }) => name),
  );
  const regions = stack.regions.map((region) => composeRegion(region, stack.production, shared));
  const traffic = regions.map((region) => composeRegionTraffic(stack, region, shared));
  const origins = stack.regions.flatMap(({ name, geography }, index) => {
    const entry = traffic[index]?.entry;
    return entry === undefined ? [] : [{ region: name, geography, ...entry }];
  });
  const url = composeEdge(stack, origins, shared);
  return {
    trustBundlePem: shared.pki.trustBundlePem,
    ...(url === undefined ? {} : { url }),
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

/** In AWS, pods, API servers and load balancers all have addresses of the region's own network. */
function composeRegionTraffic(stack: CloudStack, region: CloudRegion, shared: Shared): Traffic {
  const { scope, platform, ready, storage, network, cluster } = region;
  const own = { cidr: network.cidr };
  return composeTraffic(
    stack,
    {
      scope,
      platform,
      ready: [...ready, storage],
      networks: { apiServers: [own], clients: [own], stores: own },
      cloud: { scope, network, cluster },
    },
    shared,
  );
}
