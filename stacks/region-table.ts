import { podIdentityAgent, storeFlows, storeParties } from "../infra/data/index.ts";
import { gatewayFlows } from "../infra/gateway/index.ts";
import { waypointFlows } from "../infra/mesh/index.ts";
import { modelRepository, s3Place, tritonServer } from "../infra/models/index.ts";
import {
  type Flow,
  internet,
  isPods,
  namespaces,
  type OutsideNetwork,
  type Peer,
  platformFlows,
} from "../infra/network-policy/index.ts";
import { observabilityFlows } from "../infra/observability/index.ts";
import { portOf } from "../infra/router/index.ts";
import { vaultFlows } from "../infra/secrets/index.ts";
import type { InCluster } from "./config/index.ts";

/** The networks around a cluster, as its table of flows names them. */
export interface RegionNetworks {
  readonly apiServers: readonly OutsideNetwork[];
  /** From where clients, or the load balancer before the gateway, come. */
  readonly clients: readonly OutsideNetwork[];
  /** Where a Vault that others run is reached. */
  readonly vaults: readonly OutsideNetwork[];
  /** In a cloud: those of the stores that it runs. */
  readonly dataSubnets?: readonly OutsideNetwork[] | undefined;
}

/** Whether something of it is deployed. */
export const isWatched = ({ observability }: InCluster): boolean =>
  observability.metrics || observability.traces.kind !== "none";

/** What KEDA is made from, where there is one: it scales models, so it comes with them alone. */
export const kedaOf = ({ models: { autoscaling, ollama, triton } }: InCluster) =>
  ollama === undefined && triton === undefined ? undefined : autoscaling;

export const hasKong = ({ gateway }: InCluster): boolean => gateway.kind === "kong";

/** Whether requests within the cluster are weighed by a waypoint, which must read them: then the router speaks plain text. */
export const isWeighedByMesh = ({ mesh }: InCluster): boolean => mesh.kind === "istio" && mesh.waypoints;

export const routerPortOf = (stack: InCluster): number => portOf({ mode: isWeighedByMesh(stack) ? "mesh" : "tls" });

/** Who may talk to whom in a cluster of the stack: what network policies and the mesh are both made of. */
export function regionFlows(stack: InCluster, networks: RegionNetworks): Flow[] {
  const { data, models, observability, secrets } = stack;
  const { apiServers, clients, vaults } = networks;
  const watched = isWatched(stack);
  const airgapped = stack.kind === "airgap";
  const own = secrets.vault.mode === "deploy";
  const [vault, ...otherVaults] = own ? ["cluster" as const] : vaults;
  return [
    ...platformFlows({
      airgapped,
      routerPort: routerPortOf(stack),
      gateway: hasKong(stack),
      ollama: models.ollama !== undefined,
      triton: models.triton !== undefined,
      tritonReadsStore: models.triton !== undefined && modelRepository(models.triton.repository).claim === undefined,
      ...storeParties(data, networks),
      vault: vault ?? "cluster",
      observability: watched,
      keda: kedaOf(stack) !== undefined,
      callers: stack.router.callers,
      modelStore: stack.kind === "airgap" ? { cidr: stack.airgap.modelStoreNetwork } : undefined,
      apiServers: stack.sandbox === undefined ? undefined : apiServers,
    }),
    ...otherVaults.flatMap((to) =>
      to === "cluster" ? [] : [{ from: router, to, ports: [8200], because: "keys that erase" }],
    ),
    ...storeFlows(data, { ...networks, objectStore: objectStoreOf(stack) }),
    ...ownVaultFlows(stack, apiServers),
    ...(hasKong(stack) ? gatewayFlows({ clients, apiServers, observability: watched }) : []),
    ...(stack.gateway.kind === "aws-api-gateway"
      ? clients.map((from) => ({ from, to: router, ports: [routerPortOf(stack)], because: "requests come in" }))
      : []),
    ...(watched
      ? observabilityFlows({
          apiServers,
          metrics: observability.metrics,
          adapter: observability.adapterDigest !== undefined,
          spansLeave: observability.traces.kind === "otlp" && !airgapped,
        })
      : []),
    ...(isWeighedByMesh(stack)
      ? waypointFlows(
          routerPortOf(stack),
          [...(hasKong(stack) ? [namespaces.gateway] : []), ...stack.router.callers].map((namespace) => ({
            namespace,
          })),
          { traced: observability.traces.kind !== "none" },
        )
      : []),
    ...(stack.kind === "cloud" && s3Place(models.triton?.repository ?? "") !== undefined
      ? [{ from: triton, to: podIdentityAgent, ports: [80], because: "reading the models has a role" }]
      : []),
  ];
}

const triton = { namespace: namespaces.models, name: tritonServer.name };
const router = { namespace: namespaces.router, name: "router" };

function ownVaultFlows({ secrets: { vault } }: InCluster, apiServers: readonly OutsideNetwork[]): Flow[] {
  if (vault.mode === "external") return [];
  const { unseal, transit } = vault;
  const unsealer = transit === undefined ? undefined : { cidr: transit.network };
  return vaultFlows({ unseal, apiServers, unsealer });
}

/** Where backups go, if anywhere; in AWS a bucket is made where none is named. */
function objectStoreOf({ kind, data: { postgres } }: InCluster): Peer | undefined {
  const { bucket, network } = postgres.backups;
  if (bucket === undefined && kind !== "cloud") return undefined;
  if (network !== undefined) return { cidr: network };
  return kind === "airgap" ? undefined : internet;
}

/** The lines of a table that say something of these namespaces. */
export const linesOf = (table: readonly Flow[], own: readonly string[]): Flow[] =>
  table.filter(({ from, to }) => [from, to].some((peer) => isPods(peer) && own.includes(peer.namespace)));
