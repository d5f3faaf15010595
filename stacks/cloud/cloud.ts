import type * as pulumi from "@pulumi/pulumi";
import { kubernetesService } from "../../infra/addresses/index.ts";
import type { CloudStack } from "../config/index.ts";
import { composeInside, type Inside } from "../inside.ts";
import { composeShared } from "../regions.ts";
import { composeEdge, edgeWorkerOf } from "./edge.ts";
import { type CloudRegion, composeRegion } from "./region.ts";

/** Composes a stack in AWS, region by region. */
export async function composeCloud(stack: CloudStack): Promise<pulumi.Inputs> {
  const worker = await edgeWorkerOf(stack);
  const shared = composeShared(
    stack,
    stack.regions.map(({ name }) => name),
  );
  const regions = stack.regions.map((region) => composeRegion(region, stack, shared));
  const insides = regions.map((region) => composeInside(stack, insideOf(region), shared));
  const origins = stack.regions.flatMap(({ name, geography, monthlyUse }, index) => {
    const entry = insides[index]?.traffic.entry;
    return entry === undefined ? [] : [{ region: name, geography, use: monthlyUse, ...entry }];
  });
  const url = composeEdge(stack, origins, shared, worker);
  return {
    trustBundlePem: shared.pki.trustBundlePem,
    ...(url === undefined ? {} : { url }),
    regions: Object.fromEntries(
      regions.map(({ scope, cluster, routerRepository }, index) => [
        scope.name,
        {
          cluster: cluster.clusterName,
          endpoint: cluster.cluster.endpoint,
          kubeconfig: cluster.kubeconfig,
          routerRepository: routerRepository.url,
          router: insides[index]?.router.url,
        },
      ]),
    ),
  };
}

/** In AWS, pods, API servers and load balancers all have addresses of the region's own network. */
function insideOf(region: CloudRegion): Inside {
  const { scope, platform, ready, storage, network, cluster, pools, routerRepository } = region;
  const own = { cidr: network.cidr };
  return {
    scope,
    platform,
    ready: [...ready, storage],
    networks: {
      dataSubnets: network.plan.map(({ data }) => ({ cidr: data })),
      // API servers' addresses in the VPC are in the private subnets. Pods ask their Service, and AWS's network policies
      // may judge its address as well as theirs.
      apiServers: [...network.plan.map(({ private: cidr }) => ({ cidr })), { cidr: `${kubernetesService}/32` }],
      clients: [own],
      vaults: [own],
    },
    cloud: { scope, network, cluster },
    routerImages: routerRepository.url,
    pools,
  };
}
