import { routerMetrics as metric } from "./metrics.ts";
import { type Objective, objectives, type Slo } from "./slo.ts";

/** https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.Rule */
export type Rule =
  | { readonly record: string; readonly expr: string; readonly labels?: Readonly<Record<string, string>> }
  | {
      readonly alert: string;
      readonly expr: string;
      readonly for?: string;
      readonly labels: { readonly severity: "page" | "ticket" };
      readonly annotations: { readonly summary: string; readonly description: string };
    };

export interface RuleGroup {
  readonly name: string;
  readonly interval?: string;
  readonly rules: Rule[];
}

/**
 * How fast the budget of 30 days goes, over a long window, and over a short one that tells that it still does. Source:
 * Google, The Site Reliability Workbook, chapter 5, table 5-8.
 */
const burns = [
  { long: "1h", short: "5m", factor: 14.4, severity: "page", share: "2 % of it in an hour" },
  { long: "6h", short: "30m", factor: 6, severity: "page", share: "5 % of it in six hours" },
  { long: "1d", short: "2h", factor: 3, severity: "ticket", share: "10 % of it in a day" },
  { long: "3d", short: "6h", factor: 1, severity: "ticket", share: "10 % of it in three days" },
] as const;

/** The recorded share of failures within a window. */
export const recorded = ({ name }: Pick<Objective, "name">, window: string): string =>
  `slo:${name.replace("-", "_")}_errors:ratio_rate${window}`;

function recordings(objective: Objective): RuleGroup {
  const windows = [...new Set(burns.flatMap(({ long, short }) => [short, long]))];
  return {
    name: `slo-${objective.name}`,
    interval: "30s",
    rules: windows.map((window) => ({ record: recorded(objective, window), expr: objective.errors(window) })),
  };
}

function alerts(objective: Objective): RuleGroup {
  const { name, budget, says } = objective;
  const title = name === "availability" ? "Availability" : "FirstChunk";
  return {
    name: `slo-${name}-alerts`,
    rules: burns.map(({ long, short, factor, severity, share }) => {
      const limit = Number((factor * budget).toFixed(6));
      return {
        alert: `Router${title}Burn${long}`,
        expr: `${recorded(objective, long)} > ${limit} and ${recorded(objective, short)} > ${limit}`,
        labels: { severity },
        annotations: {
          summary: `The promise "${says}" is being used up: ${share}.`,
          description: `{{ $value | humanizePercentage }} failed within ${long}; ${(budget * 100).toFixed(2)} % may, over 30 days.`,
        },
      };
    }),
  };
}

/** What a promise doesn't tell: that something is broken which nobody feels yet. */
const causes: RuleGroup = {
  name: "router",
  rules: [
    {
      alert: "RouterAbsent",
      expr: `absent(${metric.info})`,
      for: "5m",
      labels: { severity: "page" },
      annotations: { summary: "No router says anything of itself.", description: "None runs, or none can be asked." },
    },
    {
      alert: "RouterCircuitOpen",
      expr: `max by (backend, model) (${metric.breakerState}{state="open"}) == 1`,
      for: "10m",
      labels: { severity: "ticket" },
      annotations: {
        summary: "{{ $labels.backend }}/{{ $labels.model }} has not been asked for 10 minutes.",
        description: "Its circuit is open: requests go to the next model of the chain.",
      },
    },
    {
      alert: "RouterConfigurationRefused",
      expr: `sum by (result) (increase(${metric.configReloads}{result="refused"}[15m])) > 0`,
      labels: { severity: "ticket" },
      annotations: {
        summary: "A router was given a configuration that it refuses.",
        description: "The one before stays in force; the router's log says what is wrong.",
      },
    },
    {
      alert: "RouterSpansDropped",
      expr: `sum by (reason) (rate(${metric.spansDropped}[10m])) > 0`,
      for: "15m",
      labels: { severity: "ticket" },
      annotations: {
        summary: "Spans are lost: {{ $labels.reason }}.",
        description: "The collector is away or too slow; requests aren't held up by it.",
      },
    },
  ],
};

/** Every rule of a region: what is recorded, what calls somebody, and what can wait. */
export function ruleGroups(slo: Slo): RuleGroup[] {
  const all = objectives(slo);
  return [...all.map(recordings), ...all.map(alerts), causes];
}
