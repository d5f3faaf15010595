import { type Chart, imageParts, type Resources, requested } from "../charts/index.ts";
import type { Place } from "../region/index.ts";
import { type ImageVersion, trafficCharts } from "../versions.ts";

const operatorResources: Resources = { cpu: "50m", memory: "128Mi" };
const prometheusResources: Resources = { cpu: "250m", memory: "2Gi" };
const alertmanagerResources: Resources = { cpu: "25m", memory: "128Mi" };
const grafanaResources: Resources = { cpu: "50m", memory: "256Mi" };

/** The label by which Grafana finds dashboards. */
export const dashboardLabel = { grafana_dashboard: "1" } as const;

export interface PrometheusChartArgs {
  readonly retentionDays: number;
  readonly storageGiB: number;
}

const release = trafficCharts.prometheus.name;

/** Where it is asked. */
export const prometheusUrl = (namespace: string): string =>
  `http://${release}-prometheus.${namespace}.svc.cluster.local:9090`;

/** What the chart runs: what watches this platform, and nothing that watches nodes. */
export function prometheusChart({ storageGiB }: PrometheusChartArgs, production: boolean): Chart {
  const replicas = production ? 2 : 1;
  return {
    ...trafficCharts.prometheus,
    workloads: [
      {
        kind: "Deployment",
        name: `${release}-operator`,
        replicas: 1,
        images: ["operator"],
        resources: operatorResources,
      },
      {
        kind: "StatefulSet",
        name: `prometheus-${release}-prometheus`,
        replicas,
        images: ["prometheus", "reloader"],
        resources: prometheusResources,
        volumes: [{ gib: storageGiB }],
      },
      {
        kind: "StatefulSet",
        name: `alertmanager-${release}-alertmanager`,
        replicas,
        images: ["alertmanager", "reloader"],
        resources: alertmanagerResources,
      },
      {
        kind: "Deployment",
        name: `${release}-grafana`,
        replicas: 1,
        images: ["grafana", "sidecar"],
        resources: grafanaResources,
      },
    ],
    services: [
      { name: `${release}-operator`, type: "ClusterIP", ports: [8080] },
      { name: `${release}-prometheus`, type: "ClusterIP", ports: [9090, 8080] },
      { name: `${release}-alertmanager`, type: "ClusterIP", ports: [9093, 8080] },
      { name: `${release}-grafana`, type: "ClusterIP", ports: [80] },
    ],
    apiGroups: ["monitoring.coreos.com"],
  };
}

const off = { enabled: false } as const;

/** The chart's values: pinned images, a volume, all rules and monitors of the cluster, and no password to keep. */
export function prometheusValues(place: Place, { retentionDays, storageGiB }: PrometheusChartArgs) {
  const { images } = trafficCharts.prometheus;
  const image = (version: ImageVersion) => {
    const { repository, tag, digest } = imageParts(place, version);
    const [registry = "", ...path] = repository.split("/");
    return { registry, repository: path.join("/"), tag, sha: digest.slice("sha256:".length) };
  };
  const replicas = place.production ? 2 : 1;
  return {
    defaultRules: { create: false },
    kubeApiServer: off,
    kubelet: off,
    kubeControllerManager: off,
    coreDns: off,
    kubeDns: off,
    kubeEtcd: off,
    kubeScheduler: off,
    kubeProxy: off,
    kubeStateMetrics: off,
    nodeExporter: off,
    prometheusOperator: {
      image: image(images.operator),
      prometheusConfigReloader: { image: image(images.reloader) },
      resources: requested(operatorResources),
      // Rules are checked before they get here; a webhook that is away would stop every other one too.
      admissionWebhooks: off,
      tls: off,
      kubeletService: off,
    },
    prometheus: {
      prometheusSpec: {
        image: image(images.prometheus),
        replicas,
        retention: `${retentionDays}d`,
        // Old data goes before the volume is full.
        retentionSize: `${Math.max(1, Math.floor(storageGiB * 0.8))}GiB`,
        scrapeInterval: "15s",
        evaluationInterval: "30s",
        resources: requested(prometheusResources),
        ruleSelectorNilUsesHelmValues: false,
        serviceMonitorSelectorNilUsesHelmValues: false,
        podMonitorSelectorNilUsesHelmValues: false,
        externalLabels: { region: place.name, stack: place.stack },
        storageSpec: {
          volumeClaimTemplate: {
            spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: `${storageGiB}Gi` } } },
          },
        },
      },
    },
    alertmanager: {
      alertmanagerSpec: { image: image(images.alertmanager), replicas, resources: requested(alertmanagerResources) },
    },
    grafana: {
      image: image(images.grafana),
      resources: requested(grafanaResources),
      defaultDashboardsEnabled: false,
      testFramework: off,
      initChownData: off,
      sidecar: {
        image: image(images.sidecar),
        dashboards: { enabled: true, label: "grafana_dashboard", labelValue: dashboardLabel.grafana_dashboard },
        datasources: { enabled: true, uid: "prometheus" },
      },
      // Whoever reaches it may look, and nobody may change: dashboards are code.
      "grafana.ini": {
        "auth.anonymous": { enabled: true, org_role: "Viewer" },
        auth: { disable_login_form: true },
        "auth.basic": { enabled: false },
        security: { disable_initial_admin_creation: true },
        analytics: { reporting_enabled: false, check_for_updates: false, check_for_plugin_updates: false },
      },
    },
  };
}
