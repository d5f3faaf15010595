import type * as pulumi from "@pulumi/pulumi";
import { type Chart, ChartRelease, imageParts, type Resources, requested } from "../charts/index.ts";
import { adapterVersion } from "../facts.ts";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import type { ChartVersion, ImageVersion } from "../versions.ts";
import { routerMetrics } from "./metrics.ts";
import { prometheusUrl } from "./prometheus-chart.ts";

/** What serves Prometheus' numbers to Kubernetes is made from. */
export interface MetricsAdapterArgs {
  /** Where Prometheus is; must be there. */
  readonly namespace: string;
  /** Of its image, `adapterVersion`; no public source that could be read pins it. */
  readonly digest: ImageVersion["digest"];
}

/** Its pods, by `app.kubernetes.io/name`. */
export const adapterName = "prometheus-adapter";
/** Where Kubernetes' API servers ask it. */
export const adapterPort = 6443;

const resources: Resources = { cpu: "50m", memory: "256Mi" };
const typeToken = "hybrid-llm:observability:MetricsAdapter";

/**
 * Serves one number of each router's pod to Kubernetes' autoscalers: the requests that are under way. Without it an
 * autoscaler that asks for them still scales up by CPU, but never down.
 *
 * Cost: 50m CPU and 256 MiB; twice that in production.
 */
export class MetricsAdapter extends RegionComponent<RegionScope> {
  constructor(name: string, scope: RegionScope, args: MetricsAdapterArgs, opts?: pulumi.ComponentResourceOptions) {
    super(typeToken, name, scope, {}, opts);
    const { namespace, digest } = args;
    const replicas = scope.production ? 2 : 1;
    const chart = adapterChart(digest, replicas);
    const { repository, pinnedTag } = imageParts(scope, chart.images.adapter as ImageVersion);
    const address = new URL(prometheusUrl(namespace));
    new ChartRelease(
      this.named("chart"),
      scope,
      {
        chart,
        namespace,
        values: {
          image: { repository, tag: pinnedTag },
          replicas,
          listenPort: adapterPort,
          prometheus: { url: `${address.protocol}//${address.hostname}`, port: Number(address.port) },
          rules: { default: false, custom: [requestsUnderWay] },
          resources: requested(resources),
          // What API servers check, instead of nothing.
          certManager: { enabled: true },
          podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
          podSecurityContext: { fsGroup: 10001, seccompProfile: { type: "RuntimeDefault" } },
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ["ALL"] },
            readOnlyRootFilesystem: true,
            runAsNonRoot: true,
            runAsUser: 10001,
          },
        },
      },
      this.own(),
    );
    this.registerOutputs({});
  }
}

/** https://github.com/kubernetes-sigs/prometheus-adapter/blob/master/docs/config.md */
const requestsUnderWay = {
  seriesQuery: `${routerMetrics.requestsActive}{namespace!="",pod!=""}`,
  resources: { overrides: { namespace: { resource: "namespace" }, pod: { resource: "pod" } } },
  name: { as: routerMetrics.requestsActive },
  metricsQuery: "sum(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)",
} as const;

function adapterChart(digest: ImageVersion["digest"], replicas: number): Chart {
  const version: ChartVersion = {
    name: adapterName,
    repository: "https://prometheus-community.github.io/helm-charts",
    version: "4.14.1",
    images: {
      adapter: { repository: "registry.k8s.io/prometheus-adapter/prometheus-adapter", tag: adapterVersion, digest },
    },
  };
  return {
    ...version,
    workloads: [{ kind: "Deployment", name: adapterName, replicas, images: ["adapter"], resources }],
    services: [{ name: adapterName, type: "ClusterIP", ports: [443] }],
    apiGroups: ["custom.metrics.k8s.io"],
  };
}
