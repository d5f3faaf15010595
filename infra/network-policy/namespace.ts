import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { RegionComponent, type RegionScope } from "../region/index.ts";

/** The most that a namespace may ask for; Kubernetes quantities. */
export interface NamespaceQuota {
  readonly pods: number;
  readonly cpu: string;
  readonly memory: string;
  /** @default 0 */
  readonly gpus?: number;
  /** Claims of volumes. @default 0 */
  readonly volumes?: number;
  /** Load balancers, which cost by the hour and let the world in. @default 0 */
  readonly loadBalancers?: number;
}

/** What a namespace is made from. */
export interface NamespaceArgs {
  readonly name: string;
  readonly quota: NamespaceQuota;
  /** The Pod Security Standard that its pods must meet. @default restricted */
  readonly podSecurity?: "restricted" | "baseline" | "privileged";
  /** Whether its pods may ask the cluster's DNS. @default true */
  readonly dns?: boolean;
  /** Istio's ambient mesh, for its pods. @default false */
  readonly ambient?: boolean;
  /** The waypoint by which requests to its Services go. @default none */
  readonly waypoint?: string | undefined;
  /** Such as the one by which Chaos Mesh knows where it may strike. */
  readonly annotations?: Readonly<Record<string, string>>;
}

const typeToken = "hybrid-llm:network-policy:Namespace";

/** Within a node, Istio's ambient mode lets the kubelet's probes come from here. */
const ambientProbes = "169.254.7.127/32";

/**
 * A namespace in which nothing may talk, nothing may run with rights, and nothing may grow without end, until somebody
 * says so.
 *
 * Cost: none by itself; its quota is the most that its pods can ask for.
 */
export class Namespace extends RegionComponent<RegionScope> {
  /** Known once the namespace is there. */
  readonly namespace: pulumi.Output<string>;

  constructor(name: string, scope: RegionScope, args: NamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    const { name: namespace, quota } = args;
    super(typeToken, name, scope, { namespace, ...quota }, opts);
    const made = new kubernetes.core.v1.Namespace(this.named("namespace"), { metadata: metadataOf(args) }, this.own());
    this.namespace = made.metadata.name;
    const after = this.own({ dependsOn: made });

    new kubernetes.core.v1.ResourceQuota(
      this.named("quota"),
      { metadata: { name: "quota", namespace }, spec: { hard: hardOf(quota) } },
      after,
    );
    new kubernetes.core.v1.LimitRange(
      this.named("limits"),
      {
        metadata: { name: "limits", namespace },
        // A quota refuses a container that asks for nothing.
        spec: { limits: [{ type: "Container", defaultRequest: { cpu: "100m", memory: "128Mi" } }] },
      },
      after,
    );
    for (const { what, spec } of basePolicies(args)) {
      new kubernetes.networking.v1.NetworkPolicy(
        this.named(what),
        { metadata: { name: what, namespace }, spec },
        after,
      );
    }
    this.registerOutputs({ namespace: this.namespace });
  }
}

function metadataOf({ name, podSecurity = "restricted", ambient = false, waypoint, annotations }: NamespaceArgs) {
  const modes = ["enforce", "audit", "warn"].map(
    (mode) => [`pod-security.kubernetes.io/${mode}`, podSecurity] as const,
  );
  return {
    name,
    labels: {
      "app.kubernetes.io/part-of": "hybrid-llm",
      ...Object.fromEntries(modes),
      ...(ambient ? { "istio.io/dataplane-mode": "ambient" } : {}),
      ...(waypoint === undefined ? {} : { "istio.io/use-waypoint": waypoint }),
    },
    ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
  };
}

const hardOf = ({
  pods,
  cpu,
  memory,
  gpus = 0,
  volumes = 0,
  loadBalancers = 0,
}: NamespaceQuota): Record<string, string> => ({
  pods: String(pods),
  "requests.cpu": cpu,
  "requests.memory": memory,
  "requests.nvidia.com/gpu": String(gpus),
  persistentvolumeclaims: String(volumes),
  "services.loadbalancers": String(loadBalancers),
  "services.nodeports": "0",
});

type Spec = kubernetes.types.input.networking.v1.NetworkPolicySpec;

/** What every namespace denies and allows, whatever is in it. */
export function basePolicies({
  dns = true,
  ambient = false,
}: Pick<NamespaceArgs, "dns" | "ambient">): { what: string; spec: Spec }[] {
  const deny = { what: "deny-all", spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] } };
  const names = {
    what: "allow-dns",
    spec: {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [
        {
          to: [
            {
              namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
              podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
            },
          ],
          ports: ["UDP", "TCP"].map((protocol) => ({ port: 53, protocol })),
        },
      ],
    },
  };
  const probes = {
    what: "allow-probes",
    spec: { podSelector: {}, policyTypes: ["Ingress"], ingress: [{ from: [{ ipBlock: { cidr: ambientProbes } }] }] },
  };
  return [deny, ...(dns ? [names] : []), ...(ambient ? [probes] : [])];
}
