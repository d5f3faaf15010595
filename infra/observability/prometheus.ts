import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { ChartRelease } from "../charts/index.ts";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import { certificate, type IssuerReference, labelsOf, leafSpec } from "../workload/index.ts";
import { dashboardJson, dashboards } from "./dashboards.ts";
import {
  dashboardLabel,
  type PrometheusChartArgs,
  prometheusChart,
  prometheusUrl,
  prometheusValues,
} from "./prometheus-chart.ts";
import { ruleGroups } from "./rules.ts";
import type { Slo } from "./slo.ts";

/** What is measured. */
export interface PrometheusArgs extends PrometheusChartArgs {
  /** Must be there. */
  readonly namespace: string;
  readonly routerNamespace: string;
  /** Whether the router listens with TLS, and asks for a certificate. */
  readonly routerTls: boolean;
  /** Where Kong is, if it is. */
  readonly gatewayNamespace?: string | undefined;
  /** Where Triton is, if it is: models scale by what it tells. */
  readonly tritonNamespace?: string | undefined;
  readonly issuer: IssuerReference;
  readonly slo: Slo;
  /** @default 90 */
  readonly leafValidityDays?: number;
}

const typeToken = "hybrid-llm:observability:Prometheus";
const clientSecret = "prometheus-client";

/**
 * Prometheus with what it asks, what it promises and when it calls; Alertmanager; and Grafana, whose dashboards are code.
 * Alerts are shown, and sent to nobody until Alertmanager is told to whom.
 *
 * Cost: 375m CPU and 2.5 GiB, and a volume; Prometheus (250m, 2 GiB, its volume) and Alertmanager twice in production.
 */
export class Prometheus extends RegionComponent<RegionScope> {
  /** Where it is asked within the cluster. */
  readonly url: string;
  /** What monitors of others wait for. */
  readonly ready: pulumi.Resource;

  constructor(name: string, scope: RegionScope, args: PrometheusArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace, retentionDays, storageGiB, slo } = args;
    super(typeToken, name, scope, { retentionDays, storageGiB, slo: { ...slo } }, opts);
    this.url = prometheusUrl(namespace);
    const release = new ChartRelease(
      this.named("chart"),
      scope,
      { chart: prometheusChart(args, scope.production), namespace, values: prometheusValues(scope, args) },
      this.own(),
    );
    this.ready = release;
    this.#createRules(args, release);
    this.#createMonitors(args, release);
    this.#createDashboards(args);
    this.registerOutputs({ url: this.url });
  }

  #createRules({ namespace, slo }: PrometheusArgs, after: pulumi.Resource): void {
    new kubernetes.apiextensions.CustomResource(
      this.named("rules"),
      {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PrometheusRule",
        metadata: { name: "router", namespace, labels: labelsOf({ name: "prometheus-rules" }) },
        spec: { groups: ruleGroups(slo) },
      },
      this.own({ dependsOn: after }),
    );
  }

  #createMonitors(args: PrometheusArgs, after: pulumi.Resource): void {
    const { namespace, routerNamespace, routerTls, gatewayNamespace, tritonNamespace } = args;
    if (routerTls) this.#createClientCertificate(args);
    const inSecret = (key: string) => ({ secret: { name: clientSecret, key } });
    const monitor = (name: string, of: string, app: string, endpoint: object): void => {
      new kubernetes.apiextensions.CustomResource(
        this.named(`${name}-monitor`),
        {
          apiVersion: "monitoring.coreos.com/v1",
          kind: "PodMonitor",
          metadata: { name, namespace, labels: labelsOf({ name: "prometheus-monitor" }) },
          spec: {
            namespaceSelector: { matchNames: [of] },
            selector: { matchLabels: { "app.kubernetes.io/name": app } },
            podMetricsEndpoints: [{ path: "/metrics", ...endpoint }],
          },
        },
        this.own({ dependsOn: after }),
      );
    };
    monitor("router", routerNamespace, "router", {
      port: "http",
      ...(routerTls
        ? {
            scheme: "https",
            tlsConfig: {
              ca: inSecret("ca.crt"),
              cert: inSecret("tls.crt"),
              keySecret: { name: clientSecret, key: "tls.key" },
              serverName: "router",
            },
          }
        : {}),
    });
    monitor("collector", namespace, "collector", { port: "metrics" });
    if (tritonNamespace !== undefined) monitor("triton", tritonNamespace, "triton", { port: "metrics" });
    if (gatewayNamespace !== undefined) monitor("gateway", gatewayNamespace, "gateway", { port: "status" });
  }

  /** The router shows its numbers to whom it knows. */
  #createClientCertificate({ namespace, issuer, leafValidityDays }: PrometheusArgs): void {
    new kubernetes.apiextensions.CustomResource(
      this.named("client-certificate"),
      certificate(
        { name: clientSecret, namespace, labels: labelsOf({ name: "prometheus" }) },
        leafSpec({
          secretName: clientSecret,
          issuer,
          commonName: "prometheus",
          dnsNames: [`prometheus.${namespace}.svc`],
          usages: ["client auth"],
          validityDays: leafValidityDays,
        }),
      ),
      this.own(),
    );
  }

  #createDashboards({ namespace, slo }: PrometheusArgs): void {
    for (const dashboard of dashboards(slo)) {
      new kubernetes.core.v1.ConfigMap(
        this.named(`dashboard-${dashboard.name}`),
        {
          metadata: {
            name: `dashboard-${dashboard.name}`,
            namespace,
            labels: { ...labelsOf({ name: "grafana-dashboard" }), ...dashboardLabel },
          },
          data: { [`${dashboard.name}.json`]: dashboardJson(dashboard) },
        },
        this.own(),
      );
    }
  }
}
