import { ollamaServer, tritonServer } from "../models/index.ts";
import { type Flow, internet, type OutsideNetwork, type Peer, type Pods } from "./flow.ts";
import { apiServerPorts, namespaces } from "./places.ts";

/** What a region's cluster consists of, as far as it decides who talks to whom. */
export interface PlatformParties {
  readonly airgapped: boolean;
  /** The port that the router listens on. */
  readonly routerPort: number;
  /** The gateway's pods are in its namespace; clients within the cluster ask the router where there is none. */
  readonly gateway: boolean;
  readonly ollama: boolean;
  readonly triton: boolean;
  /** Whether Triton reads its models from an object store. */
  readonly tritonReadsStore: boolean;
  /** Where they run: in the cluster, or in a network of the cloud. */
  readonly postgres: "cluster" | OutsideNetwork;
  readonly redis: "cluster" | OutsideNetwork;
  readonly chroma: boolean;
  readonly vault: "cluster" | OutsideNetwork;
  readonly observability: boolean;
  /** Whether KEDA is there, which asks Prometheus how many replicas a model needs. */
  readonly keda: boolean;
  /** The network of an air-gapped site's model store, where that is outside of the cluster. */
  readonly modelStore?: OutsideNetwork | undefined;
  /** The networks of the cluster's API servers, for the sandbox's controller; there is none where absent. */
  readonly apiServers?: readonly OutsideNetwork[] | undefined;
  /** Namespaces whose pods ask the router without the gateway. */
  readonly callers?: readonly string[] | undefined;
}

const router: Pods = { namespace: namespaces.router, name: "router" };
const ollama: Pods = { namespace: namespaces.models, name: ollamaServer.name };
const triton: Pods = { namespace: namespaces.models, name: tritonServer.name };
const observers: Pods = { namespace: namespaces.observability };
const prometheus: Pods = { namespace: namespaces.observability, name: "prometheus" };
const sandboxController: Pods = { namespace: namespaces.sandbox, name: "sandbox-controller" };

/** Who may talk to whom. Whoever is not named here talks to nobody but the cluster's DNS. */
export function platformFlows(parties: PlatformParties): Flow[] {
  const { airgapped, routerPort } = parties;
  const within = (place: "cluster" | OutsideNetwork, namespace: string): Peer =>
    place === "cluster" ? { namespace } : place;
  const flow = (from: Flow["from"], to: Peer, ports: readonly number[], because: string): Flow => ({
    from,
    to,
    ports,
    because,
  });
  const when = (condition: boolean, ...flows: Flow[]): Flow[] => (condition ? flows : []);
  const among = (namespace: string, ports: readonly number[], because: string): Flow =>
    flow({ namespace }, { namespace }, ports, because);
  const modelStore: Peer | undefined = airgapped ? parties.modelStore : internet;

  return [
    ...when(
      parties.gateway,
      flow({ namespace: namespaces.gateway }, router, [routerPort], "requests come by the gateway"),
    ),
    ...(parties.callers ?? []).map((namespace) =>
      flow({ namespace }, router, [routerPort], "applications of the cluster ask"),
    ),
    ...when(parties.ollama, flow(router, ollama, [ollamaServer.port], "models of one's own answer")),
    ...when(parties.triton, flow(router, triton, [tritonServer.port], "models of one's own answer")),
    flow(router, within(parties.postgres, namespaces.data), [5432], "the ledger"),
    flow(router, within(parties.redis, namespaces.data), [6379], "budgets and rates"),
    ...when(parties.chroma, flow(router, { namespace: namespaces.data }, [8000], "vectors of answers")),
    flow(router, within(parties.vault, namespaces.vault), [8200], "keys that erase"),
    ...when(!airgapped, flow(router, internet, [443], "models of providers answer")),
    ...when(
      parties.observability,
      flow(router, observers, [4317, 4318], "traces"),
      flow(observers, router, [routerPort], "metrics"),
      ...when(parties.triton, flow(observers, triton, [8002], "metrics, by which it scales")),
    ),
    ...when(
      parties.postgres === "cluster" || parties.redis === "cluster" || parties.chroma,
      among(namespaces.data, [5432, 6379, 8000, 16379], "copies, poolers and the cluster's bus"),
    ),
    ...when(parties.vault === "cluster", among(namespaces.vault, [8200, 8201], "servers elect and replicate")),
    ...when(
      parties.observability,
      among(namespaces.observability, [3000, 4317, 4318, 9090, 16686], "collector, stores and dashboards"),
    ),
    ...when(
      parties.observability && parties.keda,
      flow({ namespace: namespaces.autoscaling }, prometheus, [9090], "models scale by their queue"),
    ),
    ...(parties.apiServers ?? []).map((to) => flow(sandboxController, to, apiServerPorts, "it makes and kills pods")),
    ...(parties.ollama && modelStore !== undefined
      ? [flow(ollama, modelStore, [443], "models are pulled before they answer")]
      : []),
    ...when(
      parties.triton && parties.tritonReadsStore && !airgapped,
      flow(triton, internet, [443], "models are read from their bucket"),
    ),
  ];
}
