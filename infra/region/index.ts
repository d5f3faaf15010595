/** What a region is to everything that is made in it: its providers, its name, and where its images come from. */
export { RegionComponent } from "./component.ts";
export { refuseDefaultProviders } from "./guard.ts";
export { type ChartLocation, type ChartSource, mirroredChart, mirroredImage, mirroredRepository } from "./mirror.ts";
export { physicalName } from "./names.ts";
export {
  type AwsScope,
  type CloudRegionScope,
  type Geography,
  type Place,
  type PlaceArgs,
  placeOf,
  privateNetworks,
  providersOf,
  type RegionScope,
  type Scope,
} from "./scope.ts";
export { about, costIn, defaultUse, keyUses, logsKept, type MonthlyUse } from "./use.ts";
