import {
  apiServerPorts,
  type Flow,
  internet,
  namespaces,
  type OutsideNetwork,
  type Peer,
} from "../network-policy/index.ts";
import { ports, type StoreChoice } from "./places.ts";

/** What else than pods takes part. */
export interface StoreNetworks {
  /** The stores' own networks in the cloud. */
  readonly dataSubnets?: readonly OutsideNetwork[] | undefined;
  /** Those of the API servers: CloudNativePG's instances elect their primary through them. */
  readonly apiServers?: readonly OutsideNetwork[] | undefined;
  /** Where backups are kept. */
  readonly objectStore?: Peer | undefined;
}

/** EKS Pod Identity's agent, on each node. */
export const podIdentityAgent: OutsideNetwork = { cidr: "169.254.170.23/32" };

const data = { namespace: namespaces.data };
/** As CloudNativePG itself names the pods of each of its databases. */
const instances = { namespace: namespaces.data, name: "postgresql" };

/** The stores as `platformFlows` knows them: the router always finds PgBouncer, and with it the database, in the cluster. */
export const storeParties = ({ redis, chroma }: StoreChoice, { dataSubnets = [] }: StoreNetworks) => ({
  postgres: "cluster" as const,
  redis: redis.provider === "elasticache" ? (dataSubnets[0] ?? ("cluster" as const)) : ("cluster" as const),
  chroma: chroma !== undefined,
});

/** Who else talks for the stores' sake, beside what `platformFlows` says of the router. */
export function storeFlows({ postgres, redis }: StoreChoice, networks: StoreNetworks): Flow[] {
  const { dataSubnets = [], apiServers = [], objectStore } = networks;
  const operator = { namespace: operatorNamespace };
  const managed = postgres.provider !== "cloudnative-pg";
  const flow = (from: Flow["from"], to: Peer, port: readonly number[], because: string): Flow => ({
    from,
    to,
    ports: port,
    because,
  });
  return [
    ...(managed
      ? dataSubnets.map((network) => flow(data, network, [ports.postgres], "PgBouncer asks the database"))
      : [
          flow(operator, instances, [8000, ports.postgres], "the operator asks instances how they are"),
          ...apiServers.map((network) => flow(data, network, apiServerPorts, "instances elect their primary")),
          ...(objectStore === undefined
            ? []
            : [
                flow(data, operator, [9090], "backups are made by the plugin"),
                flow(data, objectStore, [443], "backups and the log are kept elsewhere"),
              ]),
        ]),
    ...(redis.provider === "elasticache"
      ? dataSubnets.slice(1).map((network) => flow(routerPods, network, [ports.redis], "budgets and rates"))
      : []),
    ...(managed || redis.provider === "elasticache"
      ? [
          flow(data, podIdentityAgent, [80], "the job that sets passwords in AWS has a role"),
          flow(data, internet, [443], "the job that sets passwords in AWS asks its API"),
        ]
      : objectStore === undefined
        ? []
        : [flow(data, podIdentityAgent, [80], "backups have a role")]),
  ];
}

/** CloudNativePG and its plugin. */
export const operatorNamespace = "cnpg-system";
const routerPods = { namespace: namespaces.router, name: "router" };
