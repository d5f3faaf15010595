import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { secondsBuckets } from "../../infra/facts.ts";
import {
  type collectorConfig,
  dashboardJson,
  dashboards,
  MetricsAdapter,
  mustHold,
  Prometheus,
  routerLabels,
  routerMetrics,
  ruleGroups,
  Tracing,
} from "../../infra/observability/index.ts";
import { refuseDefaultProviders } from "../../infra/region/index.ts";
import { inFlightMetric } from "../../infra/router/index.ts";
import { buckets } from "../../runtime/router/telemetry/conventions.ts";
import { RouterMetrics } from "../../runtime/router/telemetry/metrics.ts";
import { children, clusterScope, inputsOf, mirror, planned, rendered, testDigest } from "../support/workloads.ts";

const slo = { availabilityPercent: 99.5, firstChunkSeconds: 5.12, firstChunkPercent: 95 };
const groups = ruleGroups(slo);
const rules = groups.flatMap((group) => group.rules);
const recorded = rules.flatMap((rule) => ("record" in rule ? [rule.record] : []));
const queries = [
  ...rules.map(({ expr }) => expr),
  ...dashboards(slo).flatMap(({ panels }) => panels.flatMap((panel) => panel.queries.map(({ expr }) => expr))),
  mustHold(slo, "availability"),
];

/** What a router says at /metrics, with a series of everything. */
async function saidMetrics(): Promise<Map<string, Set<string>>> {
  const metrics = new RouterMetrics();
  metrics.requests("/v1/chat/completions", "200", "openai").inc();
  metrics.requestDuration("/v1/chat/completions").observe(1);
  metrics.rejected("invalid_request").inc();
  metrics.failovers("openai", "claude").inc();
  metrics.continuations("openai", "claude").inc();
  metrics.cached("hit").inc();
  metrics.cacheSaved().inc(1);
  metrics.configReloads("accepted").inc();
  metrics.spansDropped("queue").inc();
  const attempt = metrics.attempt("chat", "openai", "other");
  attempt.outcomes.answered.inc();
  attempt.timeToFirstChunk.observe(1);
  attempt.inputTokens.observe(1);
  metrics.observe({ breakers: () => [{ backend: "openai", model: "other", state: "open" }] } as never);
  const info = { router: "r", version: "1", region: "eu-west-1", config: "c" };
  metrics.configure({ backends: {}, arbitrage: { tiers: {} }, predictive: {}, embeddings: {} } as never, info);
  const found = new Map<string, Set<string>>();
  for (const line of (await metrics.text()).split("\n")) {
    const [, name, labels = ""] = /^([a-z_]+)(?:\{(.*)\})? /.exec(line) ?? [];
    if (name !== undefined)
      found.set(name, new Set([...labels.matchAll(/([a-z_]+)="/g)].map(([, label = ""]) => label)));
  }
  return found;
}

describe("the metrics adapter", () => {
  it("serves the number that the router's autoscaler asks for, of each pod, and no other", async () => {
    const found = await planned(() => {
      refuseDefaultProviders();
      new MetricsAdapter("a", clusterScope({ production: true }), { namespace: "observability", digest: testDigest });
    });
    const { values } = inputsOf(found, "a-chart-release") as {
      values: { rules: { default: boolean; custom: { seriesQuery: string; name: { as: string } }[] }; image: object };
    };
    expect(values).toMatchObject({
      replicas: 2,
      prometheus: { url: "http://kube-prometheus-stack-prometheus.observability.svc.cluster.local", port: 9090 },
      image: { tag: `v0.12.0@${testDigest}` },
    });
    expect(values.rules.default).toBe(false);
    expect(values.rules.custom.map(({ name }) => name.as)).toEqual([inFlightMetric]);
    expect(values.rules.custom[0]?.seriesQuery).toMatch(new RegExp(`^${inFlightMetric}\\{`));
  });
});

describe("queries", () => {
  it("name what a router says, and labels that it says with it", async () => {
    const said = await saidMetrics();
    const known = [...said.keys()];
    for (const name of Object.values(routerMetrics)) {
      expect(
        known.some((each) => each === name || each === `${name}_bucket`),
        name,
      ).toBe(true);
    }
    const labels = new Set([...said.values()].flatMap((each) => [...each]));
    for (const label of Object.values(routerLabels)) expect(labels, label).toContain(label);
    for (const query of queries) {
      const names = [...query.matchAll(/\b(?:hybrid_llm|gen_ai_client)_[a-z_]+/g)].map(([name]) => name);
      for (const name of names) expect(known, query).toContain(name);
      const recordings = query.match(/slo:[a-z_]+:ratio_rate\w+/g) ?? [];
      for (const name of recordings) expect(recorded, query).toContain(name);
      expect(names.length + recordings.length, query).toBeGreaterThan(0);
      const by = [...query.matchAll(/by \(([^)]+)\)/g)].flatMap(([, list = ""]) => list.split(", "));
      const filtered = [...query.matchAll(/([a-z_]+)=~?"/g)].map(([, label = ""]) => label);
      for (const label of [...by, ...filtered]) expect([...labels, "le"], query).toContain(label);
    }
  });

  it("count by bounds that the router has", () => {
    expect(secondsBuckets).toEqual([...buckets.seconds]);
    expect(buckets.seconds).toContain(slo.firstChunkSeconds);
  });
});

describe("alerts", () => {
  it("tell how fast a budget goes, over a long window and a short one", () => {
    const alerts = rules.flatMap((rule) => ("alert" in rule ? [rule] : []));
    expect(alerts.filter(({ alert }) => alert.startsWith("RouterAvailability"))).toMatchObject([
      {
        alert: "RouterAvailabilityBurn1h",
        expr: "slo:availability_errors:ratio_rate1h > 0.072 and slo:availability_errors:ratio_rate5m > 0.072",
        labels: { severity: "page" },
      },
      { expr: "slo:availability_errors:ratio_rate6h > 0.03 and slo:availability_errors:ratio_rate30m > 0.03" },
      { expr: "slo:availability_errors:ratio_rate1d > 0.015 and slo:availability_errors:ratio_rate2h > 0.015" },
      { expr: "slo:availability_errors:ratio_rate3d > 0.005 and slo:availability_errors:ratio_rate6h > 0.005" },
    ]);
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
    expect(new Set(recorded).size).toBe(recorded.length);
  });
});

describe("dashboards", () => {
  it("are Grafana's JSON, with nothing over anything else", () => {
    for (const dashboard of dashboards(slo)) {
      const { uid, panels } = JSON.parse(dashboardJson(dashboard));
      expect(uid).toBe(`hybrid-llm-${dashboard.name}`);
      const places = panels.map(({ gridPos: { x, y } }: { gridPos: { x: number; y: number } }) => `${x},${y}`);
      expect(new Set(places).size).toBe(dashboard.panels.length);
    }
  });
});

describe("Prometheus", () => {
  const plan = (scope: Parameters<typeof clusterScope>[0] = {}, routerTls = true) =>
    planned(() => {
      refuseDefaultProviders();
      new Prometheus("eu-west-1-metrics", clusterScope(scope), {
        namespace: "observability",
        routerNamespace: "router",
        gatewayNamespace: "gateway",
        routerTls,
        issuer: { name: "hybrid-llm", kind: "ClusterIssuer" },
        retentionDays: 15,
        storageGiB: 20,
        slo,
      });
    });

  it("is a chart, rules, whom it asks, and dashboards", async () => {
    const found = await plan();
    expect(children(found)).toEqual([
      "Prometheus eu-west-1-metrics < the stack",
      "ChartRelease eu-west-1-metrics-chart < eu-west-1-metrics",
      "Release eu-west-1-metrics-chart-release < eu-west-1-metrics-chart",
      "Certificate eu-west-1-metrics-client-certificate < eu-west-1-metrics",
      "PodMonitor eu-west-1-metrics-collector-monitor < eu-west-1-metrics",
      "ConfigMap eu-west-1-metrics-dashboard-router < eu-west-1-metrics",
      "ConfigMap eu-west-1-metrics-dashboard-slo < eu-west-1-metrics",
      "PodMonitor eu-west-1-metrics-gateway-monitor < eu-west-1-metrics",
      "PodMonitor eu-west-1-metrics-router-monitor < eu-west-1-metrics",
      "PrometheusRule eu-west-1-metrics-rules < eu-west-1-metrics",
    ]);
    await expect(rendered(found)).toMatchFileSnapshot("golden/prometheus.yaml");
    expect(inputsOf(found, "eu-west-1-metrics-router-monitor")).toMatchObject({
      spec: { podMetricsEndpoints: [{ port: "http", scheme: "https", tlsConfig: { serverName: "router" } }] },
    });
    expect(JSON.stringify(inputsOf(await plan({}, false), "eu-west-1-metrics-router-monitor"))).not.toContain("https");
  });

  it("runs what its chart declares, from the mirror behind an air gap", async () => {
    const found = await plan({ airgapped: true });
    const { images } = inputsOf(found, "eu-west-1-metrics-chart").declares as { images: Record<string, string> };
    const values = JSON.stringify(inputsOf(found, "eu-west-1-metrics-chart-release").values);
    for (const image of Object.values(images)) {
      expect(image.startsWith(`${mirror}/`)).toBe(true);
      expect(values).toContain(`"sha":"${image.split("sha256:")[1]}"`);
    }
    expect(values).not.toMatch(/"registry":"(?:quay|docker)\.io/);
  });
});

describe("tracing", () => {
  const plan = (store: Parameters<typeof collectorConfig>[0], production = false) =>
    planned(() => {
      refuseDefaultProviders();
      new Tracing("eu-west-1-tracing", clusterScope({ production }), {
        namespace: "observability",
        store,
        retentionDays: 15,
        storageGiB: 20,
      });
    });

  it("is a collector, and Jaeger with a volume behind it", async () => {
    const found = await plan({ kind: "jaeger" });
    expect(children(found)).toEqual([
      "Tracing eu-west-1-tracing < the stack",
      "Deployment eu-west-1-tracing-collector < eu-west-1-tracing",
      "ConfigMap eu-west-1-tracing-collector-config < eu-west-1-tracing",
      "PodDisruptionBudget eu-west-1-tracing-collector-disruption-budget < eu-west-1-tracing",
      "Service eu-west-1-tracing-collector-service < eu-west-1-tracing",
      "StatefulSet eu-west-1-tracing-jaeger < eu-west-1-tracing",
      "ConfigMap eu-west-1-tracing-jaeger-config < eu-west-1-tracing",
      "Service eu-west-1-tracing-jaeger-service < eu-west-1-tracing",
    ]);
    await expect(rendered(found)).toMatchFileSnapshot("golden/tracing.yaml");
  });

  it("sends spans to another store where one is named, and has no Jaeger then", async () => {
    const found = await plan({ kind: "otlp", endpoint: "https://otlp.example.com" }, true);
    expect(children(found).join()).not.toContain("jaeger");
    const { data } = inputsOf(found, "eu-west-1-tracing-collector-config") as { data: Record<string, string> };
    const config = parse(data["config.yaml"] ?? "");
    expect(config.exporters).toEqual({ otlp_http: { endpoint: "https://otlp.example.com", compression: "gzip" } });
    for (const pipeline of Object.values(config.service.pipelines) as Record<string, string[]>[]) {
      for (const [kind, names] of Object.entries(pipeline)) {
        for (const name of names) expect(Object.keys(config[kind])).toContain(name);
      }
    }
    expect(inputsOf(found, "eu-west-1-tracing-collector")).toMatchObject({ spec: { replicas: 2 } });
  });
});
