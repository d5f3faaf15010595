import type * as pulumi from "@pulumi/pulumi";
import { filterAnnotation } from "../infra/chaos/index.ts";
import { Istio, waypointName } from "../infra/mesh/index.ts";
import {
  type Flow,
  Namespace,
  type NamespaceName,
  type NamespaceQuota,
  NetworkPolicies,
  namespaces,
} from "../infra/network-policy/index.ts";
import { otlpGrpcOf } from "../infra/observability/index.ts";
import type { Platform } from "../infra/platform/index.ts";
import type { RegionScope } from "../infra/region/index.ts";
import type { InCluster } from "./config/index.ts";
import { modelQuota } from "./model-room.ts";
import { hasKong, isWatched, isWeighedByMesh, linesOf, type RegionNetworks, regionFlows } from "./region-table.ts";
import type { Shared } from "./regions.ts";
import { routerQuota } from "./router-room.ts";
import { storeQuotas } from "./store-quotas.ts";

/** What namespaces are put into. */
export interface HomeRegion {
  readonly scope: RegionScope;
  readonly platform: Pick<Platform, "issuer" | "gatewayApi">;
  /** What pods need to run. */
  readonly ready: readonly pulumi.Resource[];
  readonly networks: RegionNetworks;
  /** Nodes with accelerators. */
  readonly pools: readonly { readonly name: string; readonly maxGpus: number }[];
}

/** Namespaces in which pods may run. */
export interface Homes {
  readonly router: Namespace;
  /** Who may talk to whom in the cluster, in namespaces that others make too. */
  readonly table: readonly Flow[];
  /** What pods in them wait for: whatever they need in the region, their namespaces, who may talk to whom, and the mesh. */
  readonly ready: pulumi.Resource[];
}

/** A region's namespaces, and who may talk to whom in them: by network policies, and in a mesh by certificates too. */
export function composeHomes(stack: InCluster, region: HomeRegion, shared: Shared): Homes {
  const { scope, platform, ready, networks } = region;
  const homes = createNamespaces(stack, region);
  const own = [...homes.keys()];
  const table = regionFlows(stack, networks);
  const flows = linesOf(table, own);
  const policies = new NetworkPolicies(
    `${scope.name}-policies`,
    scope,
    { flows, own, ambient: stack.mesh.kind === "istio" },
    { dependsOn: [...homes.values()] },
  );
  const mesh =
    stack.mesh.kind === "istio" ? [createMesh(stack.mesh, stack, region, shared, { homes, flows, own })] : [];
  const router = homes.get(namespaces.router);
  if (router === undefined) throw new RangeError("the router has no namespace");
  return { router, table, ready: [...ready, platform.issuer, ...homes.values(), policies, ...mesh] };
}

/** The namespaces that drills may strike; in production those that the stack lists, and none by itself. */
export function struck(stack: InCluster): readonly string[] {
  if (!stack.chaos.enabled) return [];
  const production = stack.kind === "cloud" && stack.production;
  const listed = stack.chaos.namespaces;
  return listed.length > 0 || production ? listed : [namespaces.router, namespaces.data];
}

function createNamespaces(
  stack: InCluster,
  { scope, ready, pools }: HomeRegion,
): ReadonlyMap<NamespaceName, Namespace> {
  const models = modelQuota(stack.models, pools);
  const quotas: Partial<Record<NamespaceName, NamespaceQuota>> = {
    ...storeQuotas(stack.data),
    router: routerQuota(stack.router, scope.production),
    ...(models === undefined ? {} : { models }),
    ...(hasKong(stack) ? { gateway: { pods: 60, cpu: "30", memory: "60Gi" } } : {}),
    ...(isWatched(stack) ? { observability: { pods: 20, cpu: "8", memory: "24Gi", volumes: 6 } } : {}),
  };
  const drilled = struck(stack);
  return new Map(
    Object.values(namespaces).flatMap((name): [NamespaceName, Namespace][] => {
      const quota = quotas[name];
      if (quota === undefined) return [];
      const args = {
        name,
        quota,
        ambient: stack.mesh.kind === "istio",
        ...(name === namespaces.router && isWeighedByMesh(stack) ? { waypoint: waypointName } : {}),
        ...(drilled.includes(name) ? { annotations: filterAnnotation } : {}),
      };
      return [[name, new Namespace(`${scope.name}-${name}-home`, scope, args, { dependsOn: [...ready] })]];
    }),
  );
}

function createMesh(
  { waypoints, proxyDigest }: Extract<InCluster["mesh"], { kind: "istio" }>,
  { observability }: InCluster,
  { scope, platform, ready }: HomeRegion,
  shared: Shared,
  {
    homes,
    flows,
    own,
  }: { homes: ReadonlyMap<NamespaceName, Namespace>; flows: readonly Flow[]; own: readonly string[] },
): Istio {
  const traced = observability.traces.kind !== "none";
  return new Istio(
    `${scope.name}-mesh`,
    scope,
    {
      intermediate: shared.intermediateOf(scope.name),
      trustBundlePem: shared.pki.trustBundlePem,
      flows,
      own,
      serviceAccounts: { "router/router": "router" },
      gatewayApi: platform.gatewayApi,
      ...(waypoints ? { waypointFor: namespaces.router, proxyDigest } : {}),
      ...(traced ? { otlp: otlpGrpcOf(namespaces.observability) } : {}),
    },
    { dependsOn: [...ready, ...homes.values()] },
  );
}
