import type * as pulumi from "@pulumi/pulumi";
import { type Chart, ChartRelease, imageParts, type Resources, requested } from "../charts/index.ts";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import { charts } from "../versions.ts";

const resources: Resources = { cpu: "100m", memory: "200Mi" };
const typeToken = "hybrid-llm:platform:MetricsServer";

/**
 * CPU and memory of nodes and pods: what a HorizontalPodAutoscaler measures by.
 *
 * Cost: 100m CPU and 200 MiB; twice that in production.
 */
export class MetricsServer extends RegionComponent<RegionScope> {
  constructor(name: string, scope: RegionScope, opts?: pulumi.ComponentResourceOptions) {
    super(typeToken, name, scope, {}, opts);
    const replicas = scope.production ? 2 : 1;
    const { repository, pinnedTag } = imageParts(scope, charts.metricsServer.images.server);
    new ChartRelease(
      this.named("chart"),
      scope,
      {
        chart: metricsServerChart(replicas),
        namespace: "kube-system",
        values: {
          image: { repository, tag: pinnedTag },
          replicas,
          podDisruptionBudget: scope.production ? { enabled: true, maxUnavailable: 1 } : { enabled: false },
          resources: requested(resources),
        },
      },
      this.own(),
    );
    this.registerOutputs({});
  }
}

function metricsServerChart(replicas: number): Chart {
  return {
    ...charts.metricsServer,
    workloads: [
      {
        kind: "Deployment",
        name: "metrics-server",
        replicas,
        images: ["server"],
        resources,
      },
    ],
    services: [{ name: "metrics-server", type: "ClusterIP", ports: [443] }],
    apiGroups: ["metrics.k8s.io"],
  };
}
