import { routerMetrics as metric } from "./metrics.ts";

/** What a region's router promises, over 30 days. */
export interface Slo {
  /** Percent of the requests that aren't answered with a 5xx. */
  readonly availabilityPercent: number;
  /** A bound of the router's histograms. */
  readonly firstChunkSeconds: number;
  /** Percent of the answers that begin within that. */
  readonly firstChunkPercent: number;
}

/** One promise: what share of events may fail, and which share does. */
export interface Objective {
  readonly name: "availability" | "first-chunk";
  readonly says: string;
  /** Between 0 and 1. */
  readonly budget: number;
  /** PromQL: the share that failed within a window such as `5m`. */
  readonly errors: (window: string) => string;
}

/** Requests of clients; probes and reports are not what was promised. */
const answered = `${metric.requests}{route=~"/v1/.*"}`;

export function objectives(slo: Slo): Objective[] {
  const { availabilityPercent, firstChunkSeconds, firstChunkPercent } = slo;
  const failed = `${metric.requests}{route=~"/v1/.*",status=~"5.."}`;
  return [
    {
      name: "availability",
      says: `${availabilityPercent} % of the requests are answered without a 5xx`,
      budget: share(availabilityPercent),
      // Without a failure there is no series of one: nothing by something would be nothing.
      errors: (window) => `(sum(rate(${failed}[${window}])) or vector(0)) / sum(rate(${answered}[${window}]))`,
    },
    {
      name: "first-chunk",
      says: `${firstChunkPercent} % of the answers begin within ${firstChunkSeconds} s`,
      budget: share(firstChunkPercent),
      errors: (window) =>
        `1 - sum(rate(${metric.firstChunk}_bucket{le="${firstChunkSeconds}"}[${window}])) / sum(rate(${metric.firstChunk}_count[${window}]))`,
    },
  ];
}

/** What must hold while something is broken on purpose: PromQL that is 1 when it does. */
export function mustHold(slo: Slo, name: Objective["name"], window = "5m"): string {
  const objective = objectives(slo).find((each) => each.name === name);
  if (objective === undefined) throw new RangeError(`no objective ${name}`);
  return `${objective.errors(window)} <= bool ${objective.budget}`;
}

const share = (percent: number): number => Number(((100 - percent) / 100).toFixed(6));
