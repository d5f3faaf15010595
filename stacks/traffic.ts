import type * as pulumi from "@pulumi/pulumi";
import { ChaosMesh, filterAnnotation } from "../infra/chaos/index.ts";
import { Istio, waypointName } from "../infra/mesh/index.ts";
import { Namespace, type NamespaceName, NetworkPolicies, namespaces } from "../infra/network-policy/index.ts";
import { Prometheus, Tracing } from "../infra/observability/index.ts";
import { issuerName, type Platform } from "../infra/platform/index.ts";
import type { RegionScope } from "../infra/region/index.ts";
import type { StackConfig } from "./config/index.ts";
import { composeGateway, type GatewayCloud, type RegionEntry } from "./gateway.ts";
import type { Shared } from "./regions.ts";
import { hasKong, isWatched, isWeighedByMesh, linesOf, type TrafficNetworks, trafficTable } from "./traffic-table.ts";

type InCluster = Exclude<StackConfig, { kind: "local" }>;

/** Where a region's traffic passes. */
export interface TrafficRegion {
  readonly scope: RegionScope;
  readonly platform: Pick<Platform, "issuer" | "gatewayApi">;
  /** What pods need to run. */
  readonly ready: readonly pulumi.Resource[];
  readonly networks: TrafficNetworks;
  /** In AWS: what a load balancer is made in. */
  readonly cloud?: GatewayCloud | undefined;
  /** The router's namespace, where something else has made it. */
  readonly routerHome?: Namespace | undefined;
}

/** What a region's traffic passes, and what watches it. */
export interface Traffic {
  /** By what the region is reached from outside; nothing where it isn't. */
  readonly entry: RegionEntry | undefined;
  /** Where the router sends spans. */
  readonly otlpEndpoint: string | undefined;
  /** Where models' autoscaling asks. */
  readonly prometheusUrl: string | undefined;
}

export const issuer = { name: issuerName, kind: "ClusterIssuer" } as const;

/** A region's namespaces for traffic, who may talk to whom in them, mesh, observers, gateway and drills. */
export function composeTraffic(stack: InCluster, region: TrafficRegion, shared: Shared): Traffic {
  const { scope, platform } = region;
  const { name } = scope;
  const homes = createHomes(stack, region);
  const table = trafficTable(stack, region.networks);
  const policies = createPolicies(stack, scope, homes, table);
  const mesh = stack.mesh.kind === "istio" ? [createMesh(stack, region, shared, homes)] : [];
  const after = { dependsOn: [...region.ready, platform.issuer, ...homes.values(), ...policies, ...mesh] };

  const { observability } = stack;
  const { traces, retentionDays, storageGiB, slo } = observability;
  const tracing =
    traces.kind === "none"
      ? undefined
      : new Tracing(
          `${name}-tracing`,
          scope,
          { namespace: namespaces.observability, store: traces, retentionDays, storageGiB },
          after,
        );
  const prometheus = observability.metrics
    ? new Prometheus(
        `${name}-prometheus`,
        scope,
        {
          namespace: namespaces.observability,
          routerNamespace: namespaces.router,
          routerTls: !isWeighedByMesh(stack),
          gatewayNamespace: hasKong(stack) ? namespaces.gateway : undefined,
          issuer,
          retentionDays,
          storageGiB,
          slo,
          leafValidityDays: stack.pki.leafValidityDays,
        },
        after,
      )
    : undefined;
  const entry = composeGateway(stack, region, shared, { otlpEndpoint: tracing?.otlpEndpoint, after });
  if (stack.chaos.enabled) createChaos(stack, scope, after);
  return { entry, otlpEndpoint: tracing?.otlpEndpoint, prometheusUrl: prometheus?.url };
}

const quotas = {
  router: { pods: 60, cpu: "60", memory: "60Gi" },
  gateway: { pods: 60, cpu: "30", memory: "60Gi" },
  observability: { pods: 20, cpu: "8", memory: "24Gi", volumes: 6 },
} as const;

function createHomes(stack: InCluster, { scope, ready, routerHome }: TrafficRegion): Map<NamespaceName, Namespace> {
  const home = (name: keyof typeof quotas): [NamespaceName, Namespace] => [
    name,
    new Namespace(
      `${scope.name}-${name}-home`,
      scope,
      {
        name,
        quota: quotas[name],
        ambient: stack.mesh.kind === "istio",
        ...(name === "router" && isWeighedByMesh(stack) ? { waypoint: waypointName } : {}),
        ...(struck(stack).includes(name) ? { annotations: filterAnnotation } : {}),
      },
      { dependsOn: [...ready] },
    ),
  ];
  return new Map<NamespaceName, Namespace>([
    routerHome === undefined ? home("router") : ["router", routerHome],
    ...(hasKong(stack) ? [home("gateway")] : []),
    ...(isWatched(stack) ? [home("observability")] : []),
  ]);
}

function createPolicies(
  stack: InCluster,
  scope: RegionScope,
  homes: ReadonlyMap<NamespaceName, Namespace>,
  table: ReturnType<typeof trafficTable>,
): NetworkPolicies[] {
  const own = [...homes.keys()];
  return [
    new NetworkPolicies(
      `${scope.name}-traffic-policies`,
      scope,
      { flows: linesOf(table, own), own, ambient: stack.mesh.kind === "istio" },
      { dependsOn: [...homes.values()] },
    ),
  ];
}

function createMesh(
  stack: InCluster,
  { scope, platform, ready, networks }: TrafficRegion,
  shared: Shared,
  homes: ReadonlyMap<NamespaceName, Namespace>,
): Istio {
  const { mesh, observability } = stack;
  if (mesh.kind !== "istio") throw new TypeError(`a mesh of the kind ${mesh.kind}`);
  const own = [...homes.keys()];
  const traced = observability.traces.kind !== "none";
  return new Istio(
    `${scope.name}-mesh`,
    scope,
    {
      intermediate: shared.intermediateOf(scope.name),
      trustBundlePem: shared.pki.trustBundlePem,
      flows: linesOf(trafficTable(stack, networks), own),
      own,
      serviceAccounts: { "router/router": "router" },
      gatewayApi: platform.gatewayApi,
      ...(mesh.waypoints ? { waypointFor: namespaces.router, proxyDigest: mesh.proxyDigest } : {}),
      ...(traced ? { otlp: { service: `collector.${namespaces.observability}.svc.cluster.local`, port: 4317 } } : {}),
    },
    { dependsOn: [...ready, ...homes.values()] },
  );
}

/** The namespaces that drills may strike; in production those that the stack lists, and none by itself. */
function struck(stack: InCluster): readonly string[] {
  if (!stack.chaos.enabled) return [];
  const production = stack.kind === "cloud" && stack.production;
  const listed = stack.chaos.namespaces;
  return listed.length > 0 || production ? listed : [namespaces.router, namespaces.data];
}

function createChaos(stack: InCluster, scope: RegionScope, after: { dependsOn: pulumi.Resource[] }): void {
  const { podKillEvery, provider } = stack.chaos;
  new ChaosMesh(
    `${scope.name}-chaos`,
    scope,
    {
      podKillEvery,
      namespaces: struck(stack),
      provider: scope.airgapped ? undefined : provider,
      // ElastiCache's address is known once it's there, and no plan may wait for it: AWS breaks it itself (TestFailover).
      redis: stack.data.redis.provider === "elasticache" ? undefined : { namespace: namespaces.data, name: "redis" },
      slo: stack.observability.slo,
    },
    after,
  );
}
