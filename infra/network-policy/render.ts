import type * as kubernetes from "@pulumi/kubernetes";
import { type Flow, internet, isPods, type Peer, type Pods } from "./flow.ts";

type Spec = kubernetes.types.input.networking.v1.NetworkPolicySpec;
type Rule = kubernetes.types.input.networking.v1.NetworkPolicyEgressRule;
type PeerSelector = kubernetes.types.input.networking.v1.NetworkPolicyPeer;

/** A NetworkPolicy, before it is a resource. */
export interface Policy {
  readonly namespace: string;
  readonly name: string;
  readonly spec: Spec;
}

/** Istio's ambient mode carries what pods say to each other through this port of the pod. */
const tunnelPort = 15008;

/** Not the internet: networks of one's own, of a provider's metadata and of a node. */
const privateNetworks = [
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
];
const privateNetworks6 = ["::1/128", "fc00::/7", "fe80::/10"];

/**
 * The table as policies: one for what each workload may say, one for what it may be told. Beside the default denial of
 * each namespace they allow what the table says, and no more; between two workloads both ends allow it.
 *
 * @param own namespaces that deny by themselves; pods of others are named and left as they are, because a policy for them
 * would take away what they may do now
 * @param ambient whether pods talk through Istio's ambient mesh
 */
export function policiesOf(
  flows: readonly Flow[],
  { own, ambient = false }: { readonly own: readonly string[]; readonly ambient?: boolean },
): Policy[] {
  const ours = (peer: Peer): Pods | undefined => (isPods(peer) && own.includes(peer.namespace) ? peer : undefined);
  const ports = (flow: Flow) => portsOf(flow.ports, ambient && isPods(flow.from) && isPods(flow.to));
  const sorted = [...flows].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const ingress = grouped(sorted, ({ to }) => ours(to)).map(([pods, told]) =>
    policyOf(pods, "ingress", { ingress: told.map((flow) => ({ from: selectorsOf(flow.from), ports: ports(flow) })) }),
  );
  const egress = grouped(sorted, ({ from }) => ours(from)).map(([pods, said]) =>
    policyOf(pods, "egress", { egress: said.map((flow): Rule => ({ to: selectorsOf(flow.to), ports: ports(flow) })) }),
  );
  return [...ingress, ...egress].sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
}

const idOf = ({ namespace, name }: Policy): string => `${namespace}/${name}`;
const keyOf = ({ from, to, ports }: Flow): string => JSON.stringify([from, to, ports]);

function policyOf(
  { namespace, name }: Pods,
  direction: "ingress" | "egress",
  rules: Pick<Spec, "ingress" | "egress">,
): Policy {
  return {
    namespace,
    name: `${name ?? "all"}-${direction}`,
    spec: {
      podSelector: name === undefined ? {} : { matchLabels: { "app.kubernetes.io/name": name } },
      policyTypes: [direction === "ingress" ? "Ingress" : "Egress"],
      ...rules,
    },
  };
}

function selectorsOf(peer: Peer): PeerSelector[] {
  if (peer === internet) {
    return [
      { ipBlock: { cidr: "0.0.0.0/0", except: privateNetworks } },
      { ipBlock: { cidr: "::/0", except: privateNetworks6 } },
    ];
  }
  if (!isPods(peer)) return [{ ipBlock: { cidr: peer.cidr } }];
  return [
    {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": peer.namespace } },
      ...(peer.name === undefined ? {} : { podSelector: { matchLabels: { "app.kubernetes.io/name": peer.name } } }),
    },
  ];
}

const portsOf = (ports: readonly number[], tunnelled: boolean) =>
  [...ports, ...(tunnelled ? [tunnelPort] : [])].map((port) => ({ port, protocol: "TCP" }));

function grouped(flows: readonly Flow[], podsOf: (flow: Flow) => Pods | undefined): [Pods, Flow[]][] {
  const groups = new Map<string, [Pods, Flow[]]>();
  for (const flow of flows) {
    const pods = podsOf(flow);
    if (pods === undefined) continue;
    const key = `${pods.namespace}/${pods.name ?? ""}`;
    const group = groups.get(key) ?? [pods, []];
    group[1].push(flow);
    groups.set(key, group);
  }
  return [...groups.values()];
}
