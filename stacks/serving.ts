import type * as pulumi from "@pulumi/pulumi";
import { gatewayReference, routerServiceAnnotations } from "../infra/gateway/index.ts";
import { meshReference } from "../infra/mesh/index.ts";
import { withModels } from "../infra/models/index.ts";
import { namespaces } from "../infra/network-policy/index.ts";
import type { RegionScope } from "../infra/region/index.ts";
import {
  dailyLlmUsd,
  type ListenerSecurity,
  RouterCluster,
  type RouterClusterArgs,
  type RouterVersion,
  scalingOf,
} from "../infra/router/index.ts";
import type { InCluster } from "./config/index.ts";
import { hasKong, isWeighedByMesh, routerPortOf } from "./region-table.ts";
import { issuer, type Shared } from "./regions.ts";
import type { Stores } from "./stores.ts";
import type { Traffic } from "./traffic.ts";

/** Where a region's router is put. */
export interface ServingRegion {
  readonly scope: RegionScope;
  /** Without tag and digest. */
  readonly routerImages: pulumi.Input<string>;
  readonly stores: Stores;
  readonly traffic: Traffic;
  /** What is there before it: models of its own answer from the beginning. */
  readonly models: readonly pulumi.Resource[];
}

/** A region's router: each version that serves, with the stack's models, keys and stores, behind what weighs requests. */
export function composeRouter(stack: InCluster, region: ServingRegion, shared: Shared): RouterCluster {
  const { scope, routerImages, stores, traffic, models } = region;
  const { router } = stack;
  const versions = versionsOf(stack, shared.regions);
  return new RouterCluster(
    `${scope.name}-router`,
    scope,
    {
      namespace: namespaces.router,
      imageRepository: routerImages,
      versions,
      llmDailyUsd: dailyLlmUsd(versions),
      rollout: router.rollout,
      scaling: scalingOf(router, scope.production),
      resources: router.resources,
      security: securityOf(stack),
      trustBundlePem: shared.pki.trustBundlePem,
      leafValidityDays: stack.pki.leafValidityDays,
      route: routeOf(stack),
      environmentSecret: stores.environmentSecret,
      credentialsReady: stack.secrets.vaultReady,
      otlpEndpoint: traffic.otlpEndpoint,
      ...(hasKong(stack) ? { serviceAnnotations: kongAnnotations(stack, shared) } : {}),
    },
    { dependsOn: [...stores.ready, stores.data, ...traffic.ready, ...models] },
  );
}

/** Each version with what the whole stack says of it: the models that are served, and the region's share of a day's money. */
function versionsOf({ router, models, budget }: InCluster, regions: number): Record<string, RouterVersion> {
  const day = budget.dailyLlmUsd / regions;
  return Object.fromEntries(
    Object.entries(router.versions).map(([version, { imageDigest = "", config }]) => {
      const { budgets } = config;
      const limited = { ...config, budgets: { ...budgets, stack: { ...budgets.stack, day } } };
      return [version, { imageDigest, config: withModels(limited, models, namespaces.models) }];
    }),
  );
}

const securityOf = (stack: InCluster): ListenerSecurity =>
  isWeighedByMesh(stack)
    ? { mode: "mesh" }
    : { mode: "tls", issuer, clientCertificate: stack.router.clientCertificate };

/** What weighs requests: those from outside at Kong, those of the cluster at the waypoint. */
function routeOf(stack: InCluster): RouterClusterArgs["route"] {
  const { gateway } = stack;
  const kong = gateway.kind === "kong" ? [gatewayReference(namespaces.gateway)] : [];
  const waypoint = isWeighedByMesh(stack) ? [meshReference("router", routerPortOf(stack))] : [];
  const parents = [...kong, ...waypoint];
  if (parents.length === 0) return undefined;
  // Within the cluster the router has another name, and Kong's listener tells its own by itself.
  return gateway.kind === "kong" && waypoint.length === 0 ? { parents, hostnames: [gateway.hostname] } : { parents };
}

const kongAnnotations = (stack: InCluster, { pki }: Shared): Record<string, string> =>
  routerServiceAnnotations(isWeighedByMesh(stack) ? "mesh" : pki.rootCertificatesPem.length);
