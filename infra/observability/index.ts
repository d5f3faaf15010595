/** What is measured, promised, traced and shown. */
export { MetricsAdapter, type MetricsAdapterArgs } from "./adapter.ts";
export { type Dashboard, dashboardJson, dashboards } from "./dashboards.ts";
export { observabilityFlows } from "./flows.ts";
export { routerLabels, routerMetrics } from "./metrics.ts";
export { Prometheus, type PrometheusArgs } from "./prometheus.ts";
export { type RuleGroup, ruleGroups } from "./rules.ts";
export { mustHold, type Objective, objectives, type Slo } from "./slo.ts";
export { Tracing, type TracingArgs } from "./tracing.ts";
export { collectorConfig, jaegerConfig, otlpGrpcOf, type SpanStore } from "./tracing-config.ts";
