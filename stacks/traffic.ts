import type * as pulumi from "@pulumi/pulumi";
import { ChaosMesh } from "../infra/chaos/index.ts";
import { namespaces } from "../infra/network-policy/index.ts";
import { MetricsAdapter, Prometheus, Tracing } from "../infra/observability/index.ts";
import type { Platform } from "../infra/platform/index.ts";
import type { RegionScope } from "../infra/region/index.ts";
import type { InCluster } from "./config/index.ts";
import { composeGateway, type GatewayCloud, type RegionEntry } from "./gateway.ts";
import { type Homes, struck } from "./homes.ts";
import { hasKong, isWeighedByMesh } from "./region-table.ts";
import { issuer, type Shared } from "./regions.ts";

/** Where a region's traffic passes. */
export interface TrafficRegion {
  readonly scope: RegionScope;
  readonly platform: Pick<Platform, "gatewayApi">;
  readonly homes: Homes;
  /** In AWS: what a load balancer is made in. */
  readonly cloud?: GatewayCloud | undefined;
}

/** What a region's traffic passes, and what watches it. */
export interface Traffic {
  /** By what the region is reached from outside; nothing where it isn't. */
  readonly entry: RegionEntry | undefined;
  /** What the router's routes wait for. */
  readonly ready: readonly pulumi.Resource[];
  /** Where the router sends spans. */
  readonly otlpEndpoint: string | undefined;
  /** Where models' autoscaling asks. */
  readonly prometheusUrl: string | undefined;
}

/** A region's observers, gateway and drills. */
export function composeTraffic(stack: InCluster, region: TrafficRegion, shared: Shared): Traffic {
  const { scope, homes } = region;
  const { name } = scope;
  const after = { dependsOn: [...homes.ready] };
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
          tritonNamespace: stack.models.triton === undefined ? undefined : namespaces.models,
          issuer,
          retentionDays,
          storageGiB,
          slo,
          leafValidityDays: stack.pki.leafValidityDays,
        },
        after,
      )
    : undefined;
  if (prometheus !== undefined && observability.adapterDigest !== undefined) {
    new MetricsAdapter(
      `${name}-metrics-adapter`,
      scope,
      { namespace: namespaces.observability, digest: observability.adapterDigest },
      { dependsOn: [...after.dependsOn, prometheus.ready] },
    );
  }
  const { entry, ready } = composeGateway(stack, region, shared, { otlpEndpoint: tracing?.otlpEndpoint, after });
  if (stack.chaos.enabled) createChaos(stack, scope, after);
  return { entry, ready, otlpEndpoint: tracing?.otlpEndpoint, prometheusUrl: prometheus?.url };
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
