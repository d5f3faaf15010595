import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import type { Flow } from "./flow.ts";
import { basePolicies } from "./namespace.ts";
import { apiServerPorts } from "./places.ts";
import { policiesOf } from "./render.ts";

/** What the policies of an operator's namespace are made from. */
export interface OperatorPoliciesArgs {
  /** Must be there. */
  readonly namespace: string;
  /** Where the cluster's API servers ask it: webhooks and the like. */
  readonly webhooks: readonly number[];
  /** Where its own pods ask each other. */
  readonly among?: readonly number[];
  /** Whom else it may talk to, and who may talk to it. */
  readonly flows?: readonly Flow[];
}

const typeToken = "hybrid-llm:network-policy:OperatorPolicies";

/**
 * Who may talk to whom in the namespace of an operator, which a chart brings: it asks the API servers, they ask its
 * webhooks, and beyond that nobody talks but whom its flows name.
 *
 * Cost: none.
 */
export class OperatorPolicies extends RegionComponent<RegionScope> {
  constructor(name: string, scope: RegionScope, args: OperatorPoliciesArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace } = args;
    super(typeToken, name, scope, { namespace }, opts);
    for (const { what, spec } of basePolicies({})) {
      this.#create(what, namespace, spec);
    }
    for (const { name: policy, spec } of policiesOf(flowsOf(scope, args), { own: [namespace] })) {
      this.#create(policy, namespace, spec);
    }
    this.registerOutputs({});
  }

  #create(name: string, namespace: string, spec: kubernetes.types.input.networking.v1.NetworkPolicySpec): void {
    new kubernetes.networking.v1.NetworkPolicy(this.named(name), { metadata: { name, namespace }, spec }, this.own());
  }
}

function flowsOf(
  { apiServers }: RegionScope,
  { namespace, webhooks, among = [], flows = [] }: OperatorPoliciesArgs,
): Flow[] {
  const operator = { namespace };
  const asked = apiServers.map((cidr) => ({ from: { cidr }, to: operator, ports: webhooks, because: "webhooks" }));
  return [
    ...apiServers.map((cidr) => ({
      from: operator,
      to: { cidr },
      ports: apiServerPorts,
      because: "what it looks after",
    })),
    ...(webhooks.length > 0 ? asked : []),
    ...(among.length > 0 ? [{ from: operator, to: operator, ports: among, because: "its parts" }] : []),
    ...flows,
  ];
}
