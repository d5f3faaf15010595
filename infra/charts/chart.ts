import type { Place } from "../region/index.ts";
import type { ChartVersion, ImageVersion } from "../versions.ts";

/** What a workload asks of the cluster, for each of its pods. */
export interface Resources {
  /** Such as `100m`. */
  readonly cpu: string;
  /** Such as `128Mi`; requested, and the limit. */
  readonly memory: string;
  /** Whole accelerators of `nvidia.com/gpu`. */
  readonly gpus?: number;
}

/** The same as a container asks for it: memory is also the limit, CPU is only shared out by it. */
export const requested = ({ cpu, memory }: Pick<Resources, "cpu" | "memory">) => ({
  requests: { cpu, memory },
  limits: { memory },
});

/** A volume that is claimed, for each pod. */
export interface Volume {
  readonly gib: number;
  /** The cluster's default class where absent. */
  readonly storageClass?: string;
}

/** Pods that a chart starts. */
export interface Workload {
  readonly kind: "Deployment" | "StatefulSet" | "DaemonSet" | "Job";
  readonly name: string;
  /** A DaemonSet has one on each node that it fits. */
  readonly replicas: number | "each-node";
  /** Keys of the chart's images. */
  readonly images: readonly string[];
  readonly resources: Resources;
  readonly volumes?: readonly Volume[];
}

/** A service that a chart makes. */
export interface ChartService {
  readonly name: string;
  readonly type: "ClusterIP" | "NodePort" | "LoadBalancer";
  readonly ports: readonly number[];
}

/**
 * What is in a chart, as data. A preview doesn't open charts; budget, sovereignty and the plan's own test read this
 * instead, and it's compared with the rendered chart where that can be had.
 */
export interface Chart extends ChartVersion {
  readonly workloads: readonly Workload[];
  readonly services: readonly ChartService[];
  /** API groups whose custom resources it defines. */
  readonly apiGroups: readonly string[];
  /** Kubernetes' own certificates that it needs an issuer for. */
  readonly certificates?: readonly string[];
}

/** An image as charts take it: in parts, from a region's mirror where there is one. */
export interface ImageParts {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  /** `tag@digest`, for charts that know no digest. */
  readonly pinnedTag: string;
  /** The whole reference. */
  readonly reference: string;
}

/** An image in the place where it's pulled from. */
export function imageParts(place: Pick<Place, "image">, { repository, tag, digest }: ImageVersion): ImageParts {
  const reference = place.image(`${repository}:${tag}@${digest}`);
  const pinnedTag = `${tag}@${digest}`;
  return { repository: reference.slice(0, -pinnedTag.length - 1), tag, digest, pinnedTag, reference };
}

/** The declaration as the plan shows it: with the images that this region pulls. */
export function declarationOf(place: Pick<Place, "image">, chart: Chart): Record<string, unknown> {
  const { name, version, workloads, services, apiGroups, certificates = [] } = chart;
  const images = Object.entries(chart.images).map(([key, image]) => [key, imageParts(place, image).reference] as const);
  for (const workload of workloads) {
    const unknown = workload.images.filter((key) => !(key in chart.images));
    if (unknown.length > 0) throw new RangeError(`chart ${name}: ${workload.name} has unknown images ${unknown}`);
  }
  return { name, version, images: Object.fromEntries(images), workloads, services, apiGroups, certificates };
}
