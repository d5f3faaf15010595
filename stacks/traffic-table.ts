import { gatewayFlows } from "../infra/gateway/index.ts";
import { waypointFlows } from "../infra/mesh/index.ts";
import { type Flow, namespaces, type OutsideNetwork, platformFlows } from "../infra/network-policy/index.ts";
import { observabilityFlows } from "../infra/observability/index.ts";
import { portOf } from "../infra/router/index.ts";
import type { StackConfig } from "./config/index.ts";

type InCluster = Exclude<StackConfig, { kind: "local" }>;

/** The networks around a cluster, as its table of flows names them. */
export interface TrafficNetworks {
  readonly apiServers: readonly OutsideNetwork[];
  /** From where clients, or the load balancer before the gateway, come. */
  readonly clients: readonly OutsideNetwork[];
  /** Where the cloud runs stores and an external Vault is reached. */
  readonly stores: OutsideNetwork;
}

/** Whether something of it is deployed. */
export const isWatched = ({ observability }: InCluster): boolean =>
  observability.metrics || observability.traces.kind !== "none";

export const hasKong = ({ gateway }: InCluster): boolean => gateway.kind === "kong";

/** Whether requests within the cluster are weighed by a waypoint, which must read them: then the router speaks plain text. */
export const isWeighedByMesh = ({ mesh }: InCluster): boolean => mesh.kind === "istio" && mesh.waypoints;

export const routerPortOf = (stack: InCluster): number =>
  portOf(isWeighedByMesh(stack) ? { mode: "mesh" } : { mode: "tls", issuer, clientCertificate: "required" });
const issuer = { name: "any", kind: "ClusterIssuer" } as const;

/** Who may talk to whom in a cluster of the stack: what network policies and the mesh are both made of. */
export function trafficTable(stack: InCluster, networks: TrafficNetworks): Flow[] {
  const { data, secrets, models, observability } = stack;
  const { apiServers, clients, stores } = networks;
  const watched = isWatched(stack);
  const airgapped = stack.kind === "airgap";
  return [
    ...platformFlows({
      airgapped,
      routerPort: routerPortOf(stack),
      gateway: hasKong(stack),
      ollama: models.ollama !== undefined,
      triton: models.triton !== undefined,
      tritonReadsStore: /^(?:s3|gs|as):\/\//.test(models.triton?.repository ?? ""),
      postgres: data.postgres.provider === "cloudnative-pg" ? "cluster" : stores,
      redis: data.redis.provider === "elasticache" ? stores : "cluster",
      chroma: data.chroma !== undefined,
      vault: secrets.vault.mode === "deploy" ? "cluster" : stores,
      observability: watched,
    }),
    ...(hasKong(stack) ? gatewayFlows({ clients, apiServers, observability: watched }) : []),
    ...(watched
      ? observabilityFlows({
          apiServers,
          metrics: observability.metrics,
          spansLeave: observability.traces.kind === "otlp" && !airgapped,
        })
      : []),
    ...(isWeighedByMesh(stack) ? waypointFlows(routerPortOf(stack), [{ namespace: namespaces.gateway }]) : []),
  ];
}

/** The lines of a table that say something of these namespaces. */
export const linesOf = (table: readonly Flow[], own: readonly string[]): Flow[] =>
  table.filter(({ from, to }) =>
    [from, to].some((peer) => typeof peer === "object" && "namespace" in peer && own.includes(peer.namespace)),
  );
