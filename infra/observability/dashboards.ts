import { renderJson } from "../../runtime/config/index.ts";
import { routerMetrics as metric } from "./metrics.ts";
import { recorded } from "./rules.ts";
import { objectives, type Slo } from "./slo.ts";

/** One question, and the queries that answer it. */
export interface Panel {
  readonly title: string;
  readonly unit: "reqps" | "percentunit" | "s" | "short" | "currencyUSD" | "ops";
  readonly queries: readonly { readonly expr: string; readonly legend: string }[];
  /** Where it becomes red. */
  readonly limit?: number;
}

export interface Dashboard {
  /** Also the uid and the file's name. */
  readonly name: string;
  readonly title: string;
  readonly panels: readonly Panel[];
}

const quantile = (q: number, histogram: string, by: string): string =>
  `histogram_quantile(${q}, sum by (le, ${by}) (rate(${histogram}_bucket[$__rate_interval])))`;
const rateBy = (counter: string, ...by: string[]): string =>
  `sum by (${by.join(", ")}) (rate(${counter}[$__rate_interval]))`;

const router: Dashboard = {
  name: "router",
  title: "Router",
  panels: [
    {
      title: "Requests",
      unit: "reqps",
      queries: [{ expr: rateBy(metric.requests, "status"), legend: "{{status}}" }],
    },
    {
      title: "Time to the end of the response, 95th percentile",
      unit: "s",
      queries: [{ expr: quantile(0.95, metric.requestDuration, "route"), legend: "{{route}}" }],
    },
    {
      title: "Time to the first chunk, 95th percentile",
      unit: "s",
      queries: [
        { expr: quantile(0.95, metric.firstChunk, "gen_ai_provider_name"), legend: "{{gen_ai_provider_name}}" },
      ],
    },
    {
      title: "Under way",
      unit: "short",
      queries: [
        { expr: `sum(${metric.requestsActive})`, legend: "requests" },
        { expr: `sum(${metric.streamsOpen})`, legend: "streams" },
      ],
    },
    {
      title: "Attempts by what became of them",
      unit: "ops",
      queries: [{ expr: rateBy(metric.attempts, "backend", "outcome"), legend: "{{backend}} {{outcome}}" }],
    },
    {
      title: "Answers that came from elsewhere",
      unit: "ops",
      queries: [
        { expr: rateBy(metric.failovers, "from", "to"), legend: "{{from}} → {{to}}" },
        { expr: rateBy(metric.continuations, "from", "to"), legend: "{{from}} → {{to}}, in the middle" },
      ],
    },
    {
      title: "Open circuits",
      unit: "short",
      queries: [
        {
          expr: `max by (backend, model) (${metric.breakerState}{state="open"})`,
          legend: "{{backend}}/{{model}}",
        },
      ],
      limit: 1,
    },
    {
      title: "Refused",
      unit: "ops",
      queries: [{ expr: rateBy(metric.requestsRejected, "code"), legend: "{{code}}" }],
    },
    {
      title: "Tokens",
      unit: "ops",
      queries: [
        {
          expr: rateBy(`${metric.tokens}_sum`, "gen_ai_provider_name", "gen_ai_token_type"),
          legend: "{{gen_ai_provider_name}} {{gen_ai_token_type}}",
        },
      ],
    },
    {
      title: "Cache",
      unit: "ops",
      queries: [{ expr: rateBy(metric.cacheRequests, "result"), legend: "{{result}}" }],
    },
    {
      title: "Saved by the cache within a day",
      unit: "currencyUSD",
      queries: [{ expr: `sum(increase(${metric.cacheSaved}[1d]))`, legend: "US dollars" }],
    },
    {
      title: "Routers by version",
      unit: "short",
      queries: [{ expr: `count by (region, version) (${metric.info})`, legend: "{{region}} {{version}}" }],
    },
  ],
};

const promises = (slo: Slo): Dashboard => ({
  name: "slo",
  title: "What is promised",
  panels: objectives(slo).flatMap((objective): Panel[] => [
    {
      title: `${objective.says}: what failed`,
      unit: "percentunit",
      limit: objective.budget,
      queries: ["5m", "1h", "6h", "3d"].map((window) => ({ expr: recorded(objective, window), legend: window })),
    },
    {
      title: `${objective.says}: how fast the budget goes`,
      unit: "short",
      limit: 14.4,
      queries: ["5m", "1h"].map((window) => ({
        expr: `${recorded(objective, window)} / ${objective.budget}`,
        legend: window,
      })),
    },
  ]),
});

/** Every dashboard. */
export const dashboards = (slo: Slo): Dashboard[] => [router, promises(slo)];

/** A dashboard in Grafana's JSON: two panels a row, keys sorted. */
export function dashboardJson({ name, title, panels }: Dashboard): string {
  const datasource = { type: "prometheus", uid: "prometheus" };
  return renderJson({
    uid: `hybrid-llm-${name}`,
    title,
    tags: ["hybrid-llm"],
    timezone: "utc",
    schemaVersion: 39,
    editable: false,
    refresh: "30s",
    time: { from: "now-6h", to: "now" },
    panels: panels.map((panel, index) => ({
      id: index + 1,
      type: "timeseries",
      title: panel.title,
      datasource,
      gridPos: { h: 8, w: 12, x: (index % 2) * 12, y: Math.floor(index / 2) * 8 },
      fieldConfig: {
        defaults: {
          unit: panel.unit,
          min: 0,
          ...(panel.limit === undefined
            ? {}
            : {
                custom: { thresholdsStyle: { mode: "line" } },
                thresholds: {
                  mode: "absolute",
                  steps: [
                    { color: "green", value: null },
                    { color: "red", value: panel.limit },
                  ],
                },
              }),
        },
        overrides: [],
      },
      targets: panel.queries.map(({ expr, legend }, query) => ({
        refId: String.fromCharCode(65 + query),
        expr,
        legendFormat: legend,
        datasource,
      })),
    })),
  });
}
