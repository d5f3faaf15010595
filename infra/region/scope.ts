import type * as aws from "@pulumi/aws";
import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type ChartLocation, type ChartSource, mirroredChart, mirroredImage } from "./mirror.ts";
import { physicalName } from "./names.ts";
import { defaultUse, type MonthlyUse } from "./use.ts";

/** Which clients are nearest, and which tenants may be pinned here. */
export type Geography = "us" | "eu" | "asia";

/** Networks that nobody else has: RFC 1918. */
export const privateNetworks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"] as const;

/** What a region is, before anything is in it. */
export interface PlaceArgs {
  /** `<project>-<stack>`, in every physical name. */
  readonly stack: string;
  /** An AWS region's name, or that of a cluster which is there already. */
  readonly name: string;
  readonly geography?: Geography;
  /** Keeps what holds data from being deleted, and asks for more than one of each. */
  readonly production?: boolean;
  /** Whether there is no way to the internet: then nothing public is asked for, not even to be refused. */
  readonly airgapped?: boolean;
  /** The registry that is made with it; in AWS an account's, in the region. */
  readonly ownRegistry?: string;
  /** The registry that stands in for all others. */
  readonly registryMirror?: string;
  /** Networks of the cluster's API servers, and of the Service before them. @default networks of one's own */
  readonly apiServers?: readonly string[];
  /** @default defaultUse */
  readonly use?: MonthlyUse;
}

/** A region without its providers: facts, and the rules for names, images and charts that hold in it. */
export interface Place {
  readonly stack: string;
  readonly name: string;
  readonly geography: Geography | undefined;
  readonly production: boolean;
  readonly airgapped: boolean;
  readonly apiServers: readonly string[];
  readonly use: MonthlyUse;
  /** The reference by which this region pulls an image; it must have a digest. See `mirroredImage`. */
  readonly image: (reference: string) => string;
  /** Where this region finds a chart. See `mirroredChart`. */
  readonly chart: (source: ChartSource) => ChartLocation;
  /** `<project>-<stack>-<region>-<what>`: the physical name of a thing, the same in every preview. */
  readonly physical: (what: string, limit?: number) => string;
}

/** A region of AWS: what is made with it has this provider and no other. */
export interface AwsScope extends Place {
  readonly aws: aws.Provider;
}

/** A region with a cluster; what a component of the platform is given. `aws` is there in AWS alone. */
export interface RegionScope extends Place {
  readonly kubernetes: kubernetes.Provider;
  readonly aws?: aws.Provider;
}

/** A region with a cluster in AWS, for what needs both. */
export interface CloudRegionScope extends AwsScope {
  readonly kubernetes: kubernetes.Provider;
}

/** Any of these. */
export type Scope = AwsScope | RegionScope;

/** @throws RangeError where an air-gapped region has no mirror */
export function placeOf(args: PlaceArgs): Place {
  const { stack, name, geography, production = false, airgapped = false, registryMirror } = args;
  const { apiServers = privateNetworks, use = defaultUse } = args;
  if (airgapped && registryMirror === undefined) {
    throw new RangeError(`region ${name}: an air-gapped region needs a registry mirror`);
  }
  return {
    stack,
    name,
    geography,
    production,
    airgapped,
    apiServers,
    use,
    image: (reference) => mirroredImage(reference, registryMirror, args.ownRegistry),
    chart: (source) => mirroredChart(source, registryMirror),
    physical: (what, limit) => physicalName([stack, name, what], limit),
  };
}

/** The providers that a scope hands to every component, by package. */
export function providersOf(scope: Scope): Record<string, pulumi.ProviderResource> {
  const { aws, kubernetes } = scope as Partial<CloudRegionScope>;
  return { ...(aws ? { aws } : {}), ...(kubernetes ? { kubernetes } : {}) };
}
