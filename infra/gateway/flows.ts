import { apiServerPorts, type Flow, namespaces, type OutsideNetwork, type Pods } from "../network-policy/index.ts";
import { kongNames, kongPorts } from "./kong-chart.ts";

/** Kong's own pods, by the names that its chart gives them. */
const gatewayPods: Readonly<Record<"gateway" | "controller", Pods>> = {
  gateway: { namespace: namespaces.gateway, name: kongNames.gateway },
  controller: { namespace: namespaces.gateway, name: kongNames.controller },
};

/** Who may talk to Kong, and to whom its parts talk; what it says to the router is in the platform's own table. */
export function gatewayFlows(parties: {
  /** Whose load balancers and clients reach it. */
  readonly clients: readonly OutsideNetwork[];
  /** The networks of the cluster's API servers. */
  readonly apiServers: readonly OutsideNetwork[];
  readonly observability: boolean;
}): Flow[] {
  const { gateway, controller } = gatewayPods;
  const observers: Pods = { namespace: namespaces.observability };
  return [
    ...parties.clients.map((from) => ({ from, to: gateway, ports: [kongPorts.proxy], because: "requests come in" })),
    { from: controller, to: gateway, ports: [kongPorts.admin], because: "routes and plugins are told" },
    ...parties.apiServers.flatMap((servers) => [
      { from: controller, to: servers, ports: apiServerPorts, because: "routes and plugins are read" },
      { from: servers, to: controller, ports: [kongPorts.webhook], because: "routes and plugins are checked" },
    ]),
    ...(parties.observability
      ? [
          { from: observers, to: gateway, ports: [kongPorts.status], because: "metrics" },
          { from: observers, to: controller, ports: [kongPorts.controllerMetrics], because: "metrics" },
          { from: gateway, to: observers, ports: [4318], because: "traces" },
        ]
      : []),
  ];
}
