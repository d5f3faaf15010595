/** Namespaces that deny, and the table of who may talk to whom. */
export { type Flow, internet, isPods, type OutsideNetwork, type Peer, type Pods } from "./flow.ts";
export { Namespace, type NamespaceArgs, type NamespaceQuota } from "./namespace.ts";
export { OperatorPolicies, type OperatorPoliciesArgs } from "./operator.ts";
export { apiServerPorts, type NamespaceName, namespaces } from "./places.ts";
export { type PlatformParties, platformFlows } from "./platform.ts";
export { NetworkPolicies, type NetworkPoliciesArgs } from "./policies.ts";
export { type Policy, policiesOf } from "./render.ts";
