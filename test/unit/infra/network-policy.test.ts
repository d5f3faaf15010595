import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Flow,
  internet,
  namespaces,
  type PlatformParties,
  type Pods,
  type Policy,
  platformFlows,
  policiesOf,
} from "../../../infra/network-policy/index.ts";

/** The parts of a policy that are in use, as the API server has them. */
interface Rule {
  readonly from?: readonly Selector[];
  readonly to?: readonly Selector[];
  readonly ports: readonly { readonly port: number; readonly protocol: string }[];
}
interface Selector {
  readonly namespaceSelector?: { readonly matchLabels: Record<string, string> };
  readonly podSelector?: { readonly matchLabels: Record<string, string> };
  readonly ipBlock?: { readonly cidr: string };
}
interface Spec {
  readonly podSelector: { readonly matchLabels?: Record<string, string> };
  readonly policyTypes: readonly string[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}
type Pod = Required<Pods>;
const specOf = (policy: Policy): Spec => policy.spec as Spec;

const isOf = (pod: Pod, labels: Record<string, string> | undefined) =>
  labels?.["app.kubernetes.io/name"] === undefined || labels["app.kubernetes.io/name"] === pod.name;

const selects = (selector: Selector, pod: Pod) =>
  selector.namespaceSelector?.matchLabels["kubernetes.io/metadata.name"] === pod.namespace &&
  isOf(pod, selector.podSelector?.matchLabels);

/** As a network plugin decides, with every namespace of `own` denied by default. */
function allows(policies: readonly Policy[], own: readonly string[], from: Pod, to: Pod, port: number): boolean {
  const end = (
    pod: Pod,
    other: Pod,
    rules: (spec: Spec) => readonly Rule[],
    peers: (rule: Rule) => readonly Selector[],
  ) =>
    !own.includes(pod.namespace) ||
    policies
      .filter((policy) => policy.namespace === pod.namespace && isOf(pod, specOf(policy).podSelector.matchLabels))
      .flatMap((policy) => rules(specOf(policy)))
      .some(
        (rule) => rule.ports.some((each) => each.port === port) && peers(rule).some((peer) => selects(peer, other)),
      );
  return (
    end(
      from,
      to,
      ({ egress = [] }) => egress,
      ({ to: peers = [] }) => peers,
    ) &&
    end(
      to,
      from,
      ({ ingress = [] }) => ingress,
      ({ from: peers = [] }) => peers,
    )
  );
}

const space = fc.constantFrom("a", "b", "c");
const name = fc.constantFrom("x", "y", "z");
const pod = fc.record({ namespace: space, name });
const pods = fc.oneof(pod, fc.record({ namespace: space }));
const port = fc.constantFrom(80, 443, 8080);
const flow: fc.Arbitrary<Flow> = fc.record({
  from: pods,
  to: pods,
  ports: fc.uniqueArray(port, { minLength: 1 }),
  because: fc.constant("a test"),
});
const covers = (side: Pods, one: Pod) => side.namespace === one.namespace && (side.name ?? one.name) === one.name;

describe("policies of a table", () => {
  it("allow between two workloads what the table says, and nothing else", () => {
    const own = ["a", "b", "c"];
    fc.assert(
      fc.property(fc.array(flow, { maxLength: 5 }), pod, pod, port, (flows, from, to, asked) => {
        const said = flows.some(
          (line) => covers(line.from as Pods, from) && covers(line.to as Pods, to) && line.ports.includes(asked),
        );
        expect(allows(policiesOf(flows, { own }), own, from, to, asked)).toBe(said);
      }),
    );
  });

  it("say nothing for namespaces of others", () => {
    fc.assert(
      fc.property(fc.array(flow, { maxLength: 5 }), (flows) => {
        const policies = policiesOf(flows, { own: ["a"] });
        expect(policies.every(({ namespace }) => namespace === "a")).toBe(true);
      }),
    );
  });

  it("are the same whatever the table's order, with names of their own", () => {
    fc.assert(
      fc.property(fc.array(flow, { maxLength: 6 }), (flows) => {
        const policies = policiesOf(flows, { own: ["a", "b", "c"] });
        expect(policiesOf([...flows].reverse(), { own: ["a", "b", "c"] })).toEqual(policies);
        expect(new Set(policies.map((each) => `${each.namespace}/${each.name}`)).size).toBe(policies.length);
      }),
    );
  });

  it("let the mesh's tunnel through between pods, not to networks", () => {
    const flows: Flow[] = [
      { from: { namespace: "a" }, to: { namespace: "b" }, ports: [80], because: "a test" },
      { from: { namespace: "a" }, to: { cidr: "10.0.0.0/16" }, ports: [5432], because: "a test" },
    ];
    const ports = policiesOf(flows, { own: ["a"], ambient: true }).flatMap((policy) =>
      (specOf(policy).egress ?? []).map((rule) => rule.ports.map((each) => each.port)),
    );
    expect(ports).toEqual([[5432], [80, 15008]]);
  });

  it("never reach metadata or a private network by way of the internet", () => {
    const flows: Flow[] = [{ from: { namespace: "a" }, to: internet, ports: [443], because: "a test" }];
    expect(policiesOf(flows, { own: ["a"] }).map(specOf)).toMatchObject([
      {
        egress: [
          {
            to: [
              { ipBlock: { cidr: "0.0.0.0/0", except: expect.arrayContaining(["169.254.0.0/16", "10.0.0.0/8"]) } },
              { ipBlock: { cidr: "::/0", except: expect.arrayContaining(["fc00::/7", "fe80::/10"]) } },
            ],
            ports: [{ port: 443, protocol: "TCP" }],
          },
        ],
      },
    ]);
  });
});

const parties: PlatformParties = {
  airgapped: false,
  routerPort: 8443,
  gateway: true,
  ollama: true,
  triton: true,
  tritonReadsStore: true,
  postgres: "cluster",
  redis: "cluster",
  chroma: true,
  vault: "cluster",
  observability: true,
  keda: true,
};
const outwards = (given: PlatformParties) =>
  platformFlows(given).filter(({ to }) => to === internet || (typeof to === "object" && "cidr" in to));

describe("the platform's table", () => {
  it("lets the router out, and for their models alone their servers", () => {
    expect(outwards(parties).map(({ from, ports }) => [from, ports])).toEqual([
      [{ namespace: "router", name: "router" }, [443]],
      [{ namespace: "models", name: "ollama" }, [443]],
      [{ namespace: "models", name: "triton" }, [443]],
    ]);
  });

  it("lets nobody out behind an air gap, but to a model store of its own", () => {
    expect(outwards({ ...parties, airgapped: true })).toEqual([]);
    const modelStore = { cidr: "10.9.0.10/32" };
    expect(outwards({ ...parties, airgapped: true, modelStore }).map(({ from, to }) => [from, to])).toEqual([
      [{ namespace: "models", name: "ollama" }, modelStore],
    ]);
  });

  it("lets KEDA ask Prometheus, and where there is no KEDA nobody of its namespace", () => {
    const asks = ({ from }: Flow) => "namespace" in from && from.namespace === namespaces.autoscaling;
    expect(platformFlows(parties).filter(asks)).toMatchObject([{ to: { name: "prometheus" }, ports: [9090] }]);
    for (const less of [{ keda: false }, { observability: false }]) {
      expect(platformFlows({ ...parties, ...less }).filter(asks)).toEqual([]);
    }
  });

  it("lets no gateway, model or observer near the money", () => {
    const own = Object.values(namespaces);
    const policies = policiesOf(platformFlows(parties), { own });
    const router: Pod = { namespace: "router", name: "router" };
    const data: Pod = { namespace: "data", name: "valkey" };
    expect(allows(policies, own, router, data, 6379)).toBe(true);
    expect(allows(policies, own, { namespace: "gateway", name: "kong" }, router, 8443)).toBe(true);
    for (const from of [
      { namespace: "gateway", name: "kong" },
      { namespace: "models", name: "ollama" },
      { namespace: "observability", name: "prometheus" },
      { namespace: "adversaries", name: "anybody" },
      { namespace: "router", name: "other" },
    ]) {
      expect([from, allows(policies, own, from, data, 6379)]).toEqual([from, false]);
    }
    for (const to of Object.values(namespaces).map((namespace) => ({ namespace, name: "any" }))) {
      expect([to, allows(policies, own, { namespace: "verifier", name: "any" }, to, 8443)]).toEqual([to, false]);
    }
  });
});
