import {
  apiServerPorts,
  type Flow,
  internet,
  namespaces,
  type OutsideNetwork,
  type Pods,
} from "../network-policy/index.ts";
import { adapterName, adapterPort } from "./adapter.ts";

const pod = (name: string): Pods => ({ namespace: namespaces.observability, name });

/** What the observers need beside what the platform's own table gives them. */
export function observabilityFlows(parties: {
  readonly apiServers: readonly OutsideNetwork[];
  /** Whether spans leave for a store outside of the cluster. */
  readonly spansLeave: boolean;
  readonly metrics: boolean;
  /** Whether Kubernetes is told of what Prometheus measures. */
  readonly adapter?: boolean;
}): Flow[] {
  const observers: Pods = { namespace: namespaces.observability };
  return [
    { from: observers, to: observers, ports: [8080, 8888, 9093, 9094], because: "the observers watch themselves" },
    ...(parties.metrics
      ? ["kube-prometheus-stack-prometheus-operator", "prometheus", "grafana"].flatMap((name) =>
          parties.apiServers.map((to) => ({
            from: pod(name),
            to,
            ports: apiServerPorts,
            because: "rules, monitors and dashboards are found",
          })),
        )
      : []),
    ...(parties.adapter
      ? parties.apiServers.flatMap((network) => [
          { from: pod(adapterName), to: network, ports: apiServerPorts, because: "whose numbers are asked for" },
          { from: network, to: pod(adapterName), ports: [adapterPort], because: "autoscalers ask for numbers" },
        ])
      : []),
    ...(parties.spansLeave
      ? [{ from: pod("collector"), to: internet, ports: [443], because: "spans leave for their store" } as const]
      : []),
  ];
}
