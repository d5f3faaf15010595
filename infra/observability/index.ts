/** What is measured, promised and shown. */
export { routerLabels, routerMetrics } from "./metrics.ts";
export { mustHold, type Objective, objectives, type Slo } from "./slo.ts";
