/** Charts of others: pinned, and declared as data for a plan that never opens them. */
export {
  type Chart,
  type ChartService,
  declarationOf,
  type ImageParts,
  imageParts,
  type Resources,
  requested,
  type Volume,
  type Workload,
} from "./chart.ts";
export { ChartRelease, type ChartReleaseArgs } from "./release.ts";
