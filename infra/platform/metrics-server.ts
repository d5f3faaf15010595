import type * as pulumi from "@pulumi/pulumi";
import { type Chart, ChartRelease, imageParts } from "../charts/index.ts";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import { charts } from "../versions.ts";

const typeToken = "hybrid-llm:platform:MetricsServer";

/**
 * CPU and memory of nodes and pods: what a HorizontalPodAutoscaler measures by.
 *
 * Cost: 100m CPU and 200 MiB; twice that in production.
 */
export class MetricsServer extends RegionComponent<RegionScope> {
  readonly ready: pulumi.Resource;

  constructor(name: string, scope: RegionScope, opts?: pulumi.ComponentResourceOptions) {
    const chart = metricsServerChart(scope.production);
    super(typeToken, name, scope, {}, opts);
    const { repository, pinnedTag } = imageParts(scope, charts.metricsServer.images.server);
    const release = new ChartRelease(
      this.named("chart"),
      scope,
      {
        chart,
        namespace: "kube-system",
        values: {
          image: { repository, tag: pinnedTag },
          replicas: scope.production ? 2 : 1,
          podDisruptionBudget: scope.production ? { enabled: true, maxUnavailable: 1 } : { enabled: false },
          resources: { requests: { cpu: "100m", memory: "200Mi" }, limits: { memory: "200Mi" } },
        },
      },
      this.own(),
    );
    this.ready = release;
    this.registerOutputs({});
  }
}

function metricsServerChart(production: boolean): Chart {
  return {
    ...charts.metricsServer,
    workloads: [
      {
        kind: "Deployment",
        name: "metrics-server",
        replicas: production ? 2 : 1,
        images: ["server"],
        resources: { cpu: "100m", memory: "200Mi" },
      },
    ],
    services: [{ name: "metrics-server", type: "ClusterIP", ports: [443] }],
    apiGroups: ["metrics.k8s.io"],
  };
}
