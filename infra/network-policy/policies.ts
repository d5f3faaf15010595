import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import { type Flow, internet } from "./flow.ts";
import { policiesOf } from "./render.ts";

/** What the policies of a cluster are made from. */
export interface NetworkPoliciesArgs {
  readonly flows: readonly Flow[];
  /** Namespaces that deny by themselves; see `Namespace`. */
  readonly own: readonly string[];
  /** Whether pods talk through Istio's ambient mesh. @default false */
  readonly ambient?: boolean;
}

const typeToken = "hybrid-llm:network-policy:NetworkPolicies";

/**
 * Who may talk to whom in a cluster. Each namespace denies everything by itself; this allows what the table says.
 *
 * Cost: none.
 */
export class NetworkPolicies extends RegionComponent<RegionScope> {
  constructor(name: string, scope: RegionScope, args: NetworkPoliciesArgs, opts?: pulumi.ComponentResourceOptions) {
    const { flows, own, ambient = false } = args;
    super(typeToken, name, scope, { flows: flows.length }, opts);
    const outwards = flows.find(({ to }) => to === internet);
    if (scope.airgapped && outwards !== undefined) {
      throw new pulumi.ResourceError(
        `${JSON.stringify(outwards.from)} may talk to the internet (${outwards.because}): allowed in an air-gapped region are pods and networks of one's own`,
        this,
      );
    }
    for (const { namespace, name: policy, spec } of policiesOf(flows, { own, ambient })) {
      new kubernetes.networking.v1.NetworkPolicy(
        this.named(`${namespace}-${policy}`),
        { metadata: { name: policy, namespace }, spec },
        this.own(),
      );
    }
    this.registerOutputs({});
  }
}
