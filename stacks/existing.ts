import { clusterProvider, expandHome } from "../infra/cluster/index.ts";
import { type GpuChoice, Platform } from "../infra/platform/index.ts";
import { placeOf, privateNetworks, type RegionScope } from "../infra/region/index.ts";
import type { ExistingCluster, InCluster } from "./config/index.ts";
import type { Inside } from "./inside.ts";
import type { Shared } from "./regions.ts";

/** A cluster that is there already, with what it lacked. */
export interface ExistingRegion {
  readonly scope: RegionScope;
  readonly platform: Platform;
}

/** What differs between the kinds of stack that take clusters as they are. */
export interface ExistingOptions {
  readonly gpu: GpuChoice;
  readonly airgapped: boolean;
  readonly registryMirror?: string;
}

/** One cluster that somebody else made: nothing of a cloud, and no load balancer of ours. */
export function composeExisting(
  cluster: ExistingCluster,
  { gpu, ...options }: ExistingOptions,
  shared: Shared,
): ExistingRegion {
  const { name, geography, kubeconfig, gpuPools, present, apiServers } = cluster;
  const place = placeOf({
    stack: shared.stack,
    name,
    apiServers,
    ...(geography === undefined ? {} : { geography }),
    ...options,
  });
  const scope: RegionScope = {
    ...place,
    kubernetes: clusterProvider(`${name}-kubernetes`, {
      clusterIdentifier: place.physical("cluster"),
      kubeconfig: expandHome(kubeconfig.file),
      context: kubeconfig.context,
    }),
  };
  const platform = new Platform(`${name}-platform`, scope, {
    intermediate: shared.intermediateOf(name),
    trustBundlePem: shared.pki.trustBundlePem,
    gpuNodeSelectors: gpuPools.map(({ nodeSelector }) => nodeSelector),
    gpu,
    present,
  });
  return { scope, platform };
}

/** Where clients of a cluster are that somebody else made, and a Vault: in some network that isn't the internet. */
const ownNetworks = privateNetworks.map((cidr) => ({ cidr }));

/** The same cluster, as what stands in it is put into. */
export function insideOf(
  { gpuPools }: ExistingCluster,
  { scope, platform }: ExistingRegion,
  routerImages: string,
): Inside {
  return {
    scope,
    platform,
    ready: [platform],
    pools: gpuPools,
    routerImages,
    networks: {
      apiServers: scope.apiServers.map((cidr) => ({ cidr })),
      clients: ownNetworks,
      vaults: ownNetworks,
    },
  };
}

/** Where the router's images are; the configuration's rules see to it that it is said. */
export function routerImagesOf({ router }: InCluster): string {
  if (router.imageRepository === undefined) throw new TypeError("router.imageRepository is missing");
  return router.imageRepository;
}
