export { chart } from "./chart.ts";
export { type Fit, fitEstimator } from "./fit.ts";
export {
  type LabelledPrompt,
  type LabelledSet,
  readFreshSet,
  readLabelledSet,
  requestOf,
  splitOf,
} from "./labelled-set.ts";
export { assumptions, compare, type Row, table } from "./report.ts";
