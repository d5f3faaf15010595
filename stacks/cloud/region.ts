import type * as pulumi from "@pulumi/pulumi";
import { takeZones } from "../../infra/addresses/index.ts";
import { Cluster, clusterProvider } from "../../infra/cluster/index.ts";
import { Karpenter, poolLabel } from "../../infra/karpenter/index.ts";
import { Network } from "../../infra/network/index.ts";
import {
  ImageRepository,
  LoadBalancerController,
  Platform,
  registryHost,
  Storage,
} from "../../infra/platform/index.ts";
import { type AwsScope, type CloudRegionScope, placeOf } from "../../infra/region/index.ts";
import type { AwsRegion, CloudStack } from "../config/index.ts";
import type { RegionPool } from "../models.ts";
import type { Shared } from "../regions.ts";
import { routerImage } from "../router-images.ts";
import { awsProvider } from "./provider.ts";

/** A region that stands: what the rest of the stack is put into. */
export interface CloudRegion {
  readonly scope: CloudRegionScope;
  readonly network: Network;
  readonly cluster: Cluster;
  readonly platform: Platform;
  readonly karpenter: Karpenter;
  readonly storage: Storage;
  readonly routerRepository: ImageRepository;
  readonly pools: readonly RegionPool[];
  /** What pods need to run: nodes, network, volumes. */
  readonly ready: readonly pulumi.Resource[];
}

/** One region of AWS, from its network to what its cluster lacks. Every name begins with the region's. */
export function composeRegion(
  region: AwsRegion,
  { production, accountId, gpu }: Pick<CloudStack, "production" | "accountId" | "gpu">,
  shared: Shared,
): CloudRegion {
  const { name } = region;
  const { registryMirror } = region;
  const place = placeOf({
    stack: shared.stack,
    name,
    geography: region.geography,
    production,
    use: region.monthlyUse,
    ...(registryMirror === undefined ? {} : { registryMirror }),
    ownRegistry: registryHost(accountId, name),
  });
  const tags = { "hybrid-llm:stack": shared.stack, "hybrid-llm:region": name };
  const inAws: AwsScope = { ...place, aws: awsProvider(`${name}-aws`, name, accountId, tags) };
  const clusterName = place.physical("cluster", 63);
  const network = new Network(`${name}-network`, inAws, {
    cidr: region.cidr,
    zones: takeZones(name, region.availabilityZones),
    natGateways: region.natGateways,
    flowLogs: region.flowLogs,
    clusterName,
  });
  const cluster = new Cluster(`${name}-cluster`, inAws, {
    clusterName,
    kubernetesVersion: region.kubernetesVersion,
    privateSubnetIds: network.privateSubnetIds,
    routes: network.routes,
    systemNodes: region.systemNodes,
    publicCidrs: region.access.publicCidrs,
    deployRoleArn: region.access.deployRole,
    administratorArns: region.access.administrators,
  });
  const scope: CloudRegionScope = {
    ...inAws,
    kubernetes: clusterProvider(`${name}-kubernetes`, {
      clusterIdentifier: clusterName,
      kubeconfig: cluster.kubeconfig,
    }),
  };
  const after = { dependsOn: [...cluster.ready] };
  const pools = region.gpuPools.map((pool) => ({
    name: pool.name,
    maxGpus: pool.maxGpus,
    nodeSelector: { [poolLabel]: pool.name },
  }));
  return {
    scope,
    network,
    cluster,
    pools,
    platform: new Platform(
      `${name}-platform`,
      scope,
      {
        intermediate: shared.intermediateOf(name),
        trustBundlePem: shared.pki.trustBundlePem,
        gpuNodeSelectors: pools.map(({ nodeSelector }) => nodeSelector),
        gpu: gpu.operator,
      },
      after,
    ),
    karpenter: new Karpenter(
      `${name}-karpenter`,
      scope,
      { clusterName, general: region.generalNodes, gpuPools: region.gpuPools },
      after,
    ),
    storage: new Storage(`${name}-storage`, scope, after),
    routerRepository: new ImageRepository(`${name}-router-images`, scope, { accountId, image: routerImage }),
    ready: [
      ...cluster.ready,
      new LoadBalancerController(
        `${name}-load-balancers`,
        scope,
        { clusterName, vpcName: place.physical("vpc") },
        after,
      ),
    ],
  };
}
