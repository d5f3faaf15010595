import { type Flow, internet, isPods, type Pods } from "../network-policy/index.ts";

/** Service accounts of workloads, by `<namespace>/<name>`: who is one by its certificate. */
export type ServiceAccounts = Readonly<Record<string, string>>;

type Source = { readonly principals: string[] } | { readonly namespaces: string[] } | { readonly ipBlocks: string[] };

/** https://istio.io/latest/docs/reference/config/security/authorization-policy/ */
export interface AuthorizationSpec {
  readonly selector?: { readonly matchLabels: Record<string, string> };
  readonly action?: "ALLOW";
  readonly rules?: {
    readonly from: { readonly source: Source }[];
    readonly to: { readonly operation: { readonly ports: string[] } }[];
  }[];
}

/** An AuthorizationPolicy, before it is a resource. */
export interface Authorization {
  readonly namespace: string;
  readonly name: string;
  readonly spec: AuthorizationSpec;
}

export interface AuthorizationOptions {
  /** Namespaces whose pods are in the mesh. */
  readonly own: readonly string[];
  readonly serviceAccounts: ServiceAccounts;
}

/**
 * The table of network policies, once more as what a certificate must say: each namespace of the mesh lets nobody in, and
 * each workload those whom the table names. A network policy trusts an address; this doesn't.
 *
 * Whoever's service account isn't known is told by its namespace; its network policy still tells it from its neighbours.
 */
export function authorizationsOf(flows: readonly Flow[], options: AuthorizationOptions): Authorization[] {
  const { own } = options;
  const nobody = own.map((namespace) => ({ namespace, name: "allow-nothing", spec: {} }));
  const groups = new Map<string, { readonly pods: Pods; readonly told: Flow[] }>();
  for (const flow of [...flows].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))) {
    const { to } = flow;
    if (to === internet || !isPods(to) || !own.includes(to.namespace)) continue;
    const key = `${to.namespace}/${to.name ?? ""}`;
    const group = groups.get(key) ?? { pods: to, told: [] };
    group.told.push(flow);
    groups.set(key, group);
  }
  const allowed = [...groups.values()].map(({ pods: { namespace, name }, told }): Authorization => {
    const selector = name === undefined ? {} : { selector: { matchLabels: { "app.kubernetes.io/name": name } } };
    const rules = told.map(({ from, ports }) => ({
      from: [{ source: sourceOf(from, options) }],
      to: [{ operation: { ports: ports.map(String) } }],
    }));
    return { namespace, name: `${name ?? "all"}-allow`, spec: { ...selector, action: "ALLOW", rules } };
  });
  return [...nobody, ...allowed].sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
}

/** A port to which somebody outside of the mesh talks, who has no certificate of it. */
export interface OpenPort {
  readonly pods: Pods & { readonly name: string };
  readonly ports: readonly number[];
}

/**
 * The ports of the mesh's workloads to which the table lets networks outside of it talk, such as a load balancer's.
 *
 * @throws RangeError where a whole namespace would be open: name the workload
 */
export function openPortsOf(flows: readonly Flow[], own: readonly string[]): OpenPort[] {
  const open = new Map<string, { readonly pods: OpenPort["pods"]; readonly ports: Set<number> }>();
  for (const { from, to, ports, because } of flows) {
    if (isPods(from) && own.includes(from.namespace)) continue;
    if (to === internet || !isPods(to) || !own.includes(to.namespace)) continue;
    const { namespace, name } = to;
    if (name === undefined) {
      throw new RangeError(`${JSON.stringify(from)} may talk to all of ${namespace} (${because}): name one workload`);
    }
    const one = open.get(`${namespace}/${name}`) ?? { pods: { namespace, name }, ports: new Set<number>() };
    for (const port of ports) one.ports.add(port);
    open.set(`${namespace}/${name}`, one);
  }
  return [...open.values()].map(({ pods, ports }) => ({ pods, ports: [...ports].sort((a, b) => a - b) }));
}

function sourceOf(from: Flow["from"], { own, serviceAccounts }: AuthorizationOptions): Source {
  if (!isPods(from)) return { ipBlocks: [from.cidr] };
  // Whoever is outside of the mesh has no name in it; where it may come from is the network policy's to say.
  if (!own.includes(from.namespace)) return { ipBlocks: ["0.0.0.0/0"] };
  const account = from.name === undefined ? undefined : serviceAccounts[`${from.namespace}/${from.name}`];
  return account === undefined
    ? { namespaces: [from.namespace] }
    : { principals: [`cluster.local/ns/${from.namespace}/sa/${account}`] };
}

const keyOf = ({ from, to, ports }: Flow): string => JSON.stringify([from, to, ports]);
const idOf = ({ namespace, name }: Authorization): string => `${namespace}/${name}`;
