import type * as pulumi from "@pulumi/pulumi";
import { about, defaultUse, type Geography, type MonthlyUse } from "../region/index.ts";

/** One region's gateway, as the edge reaches it. */
export interface Origin {
  /** AWS's name of the region. */
  readonly region: string;
  readonly geography: Geography;
  readonly dnsName: pulumi.Input<string>;
  /** Of the DNS name, for an alias of Route 53. */
  readonly zoneId: pulumi.Input<string>;
  /** Of the load balancer; an API gateway has none. */
  readonly arn?: pulumi.Input<string> | undefined;
  /** What the region is expected to see. @default defaultUse */
  readonly use?: MonthlyUse;
}

/** What all regions together are asked in a month. */
export const requestsOf = (origins: readonly Origin[]) =>
  about(origins.reduce((sum, { use = defaultUse }) => sum + use.requests, 0));

/** What a global resource is named with. */
export interface EdgeNames {
  /** `<project>-<stack>`. */
  readonly stack: string;
  readonly hostname: string;
}

/** A path that the router answers without a key, with 200 while it takes requests. */
export const healthPath = "/readyz";

/** Where AWS's regions are, by the cities that it names them after; degrees. */
export const coordinates: Readonly<Record<string, { readonly latitude: number; readonly longitude: number }>> = {
  "ap-northeast-1": { latitude: 35.7, longitude: 139.7 },
  "ap-northeast-2": { latitude: 37.6, longitude: 127 },
  "ap-south-1": { latitude: 19.1, longitude: 72.9 },
  "ap-southeast-1": { latitude: 1.3, longitude: 103.8 },
  "ap-southeast-2": { latitude: -33.9, longitude: 151.2 },
  "ca-central-1": { latitude: 45.5, longitude: -73.6 },
  "eu-central-1": { latitude: 50.1, longitude: 8.7 },
  "eu-north-1": { latitude: 59.3, longitude: 18.1 },
  "eu-west-1": { latitude: 53.3, longitude: -6.3 },
  "eu-west-2": { latitude: 51.5, longitude: -0.1 },
  "eu-west-3": { latitude: 48.9, longitude: 2.4 },
  "sa-east-1": { latitude: -23.6, longitude: -46.6 },
  "us-east-1": { latitude: 38.9, longitude: -77.4 },
  "us-east-2": { latitude: 40, longitude: -83 },
  "us-west-1": { latitude: 37.4, longitude: -121.9 },
  "us-west-2": { latitude: 45.8, longitude: -119.7 },
};
