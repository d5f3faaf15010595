import { type Flow, namespaces, type Pods } from "../network-policy/index.ts";

/** The Gateway, the Deployment and the service account that Istio makes of it. */
export const waypointName = "waypoint";

/** Where Istio's own pods are. */
export const meshNamespace = "istio-system";

/** Who talks to and through the router's waypoint; `callers` are those who may ask the router. */
export function waypointFlows(routerPort: number, callers: readonly Pods[], { traced }: { traced: boolean }): Flow[] {
  const waypoint: Pods = { namespace: namespaces.router, name: waypointName };
  const router: Pods = { namespace: namespaces.router, name: "router" };
  return [
    ...callers.map((from) => ({ from, to: waypoint, ports: [15008], because: "requests are weighed on their way" })),
    { from: waypoint, to: router, ports: [routerPort], because: "requests come by the waypoint" },
    {
      from: waypoint,
      to: { namespace: meshNamespace },
      ports: [15012],
      because: "istiod says who it is, and what it does",
    },
    ...(traced
      ? [{ from: waypoint, to: { namespace: namespaces.observability }, ports: [4317], because: "traces" }]
      : []),
  ];
}

/** https://istio.io/latest/docs/ambient/usage/waypoint/ */
export const waypointGateway = (namespace: string) => ({
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "Gateway",
  metadata: { name: waypointName, namespace, labels: { "istio.io/waypoint-for": "service" } },
  spec: {
    gatewayClassName: "istio-waypoint",
    // The name by which network policies know its pods.
    infrastructure: { labels: { "app.kubernetes.io/name": waypointName } },
    listeners: [{ name: "mesh", port: 15008, protocol: "HBONE" }],
  },
});
