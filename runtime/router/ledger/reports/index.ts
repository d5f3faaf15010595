export {
  type CostFilter,
  type CostGroup,
  type CostGroupBy,
  type CostQuery,
  type CostReport,
  costGroups,
} from "./costs.ts";
export type { CostFigures } from "./figures.ts";
export { dollars } from "./money.ts";
export { ReportProblem } from "./problem.ts";
export { costsCsv, costsJson, requestsCsv, requestsJson } from "./render.ts";
export type { LedgerEntry, RequestEntry, RequestQuery, RequestReport } from "./requests.ts";
export type { SeriesBy, SeriesCell, SeriesQuery } from "./series.ts";
