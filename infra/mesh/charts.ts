import { type Chart, imageParts, type Resources, requested } from "../charts/index.ts";
import type { Place } from "../region/index.ts";
import { type ImageVersion, trafficCharts } from "../versions.ts";

const istiodResources: Resources = { cpu: "200m", memory: "512Mi" };
const cniResources: Resources = { cpu: "100m", memory: "100Mi" };
const ztunnelResources: Resources = { cpu: "200m", memory: "512Mi" };

const proxyImage = (digest: string): ImageVersion => ({
  repository: "docker.io/istio/proxyv2",
  tag: trafficCharts.istiod.version,
  digest: digest as ImageVersion["digest"],
});

export interface MeshChartArgs {
  /** Of istio/proxyv2, where there are waypoints. */
  readonly proxyDigest?: string | undefined;
  /** Host and port of a collector that takes OTLP over gRPC. */
  readonly otlp?: { readonly service: string; readonly port: number } | undefined;
}

interface ChartWithValues {
  readonly chart: Chart;
  readonly values: Record<string, unknown>;
}

/** What mesh the charts make: definitions, control plane, what redirects a pod's traffic, and what carries it. */
export function meshCharts(
  place: Place,
  args: MeshChartArgs,
): Record<"base" | "istiod" | "cni" | "ztunnel", ChartWithValues> {
  const replicas = place.production ? 2 : 1;
  const reference = (image: ImageVersion): string => imageParts(place, image).reference;
  const { istioBase, istiod, istioCni, ztunnel } = trafficCharts;
  const proxy = args.proxyDigest === undefined ? undefined : proxyImage(args.proxyDigest);
  return {
    base: {
      chart: {
        ...istioBase,
        workloads: [],
        services: [],
        apiGroups: ["networking.istio.io", "security.istio.io", "telemetry.istio.io", "extensions.istio.io"],
      },
      values: {},
    },
    istiod: {
      chart: {
        ...istiod,
        images: { ...istiod.images, ...(proxy === undefined ? {} : { proxy }) },
        workloads: [{ kind: "Deployment", name: "istiod", replicas, images: ["pilot"], resources: istiodResources }],
        services: [{ name: "istiod", type: "ClusterIP", ports: [15010, 15012, 443, 15014] }],
        apiGroups: [],
      },
      values: {
        profile: "ambient",
        image: reference(istiod.images.pilot),
        autoscaleEnabled: false,
        replicaCount: replicas,
        resources: requested(istiodResources),
        meshConfig: {
          accessLogFile: "",
          ...(args.otlp === undefined
            ? {}
            : { extensionProviders: [{ name: "otlp", opentelemetry: { ...args.otlp } }] }),
        },
        ...(proxy === undefined ? {} : { global: { proxy: { image: reference(proxy) } } }),
      },
    },
    cni: {
      chart: {
        ...istioCni,
        workloads: [
          {
            kind: "DaemonSet",
            name: "istio-cni-node",
            replicas: "each-node",
            images: ["cni"],
            resources: cniResources,
          },
        ],
        services: [],
        apiGroups: [],
      },
      values: { profile: "ambient", image: reference(istioCni.images.cni), resources: requested(cniResources) },
    },
    ztunnel: {
      chart: {
        ...ztunnel,
        workloads: [
          {
            kind: "DaemonSet",
            name: "ztunnel",
            replicas: "each-node",
            images: ["ztunnel"],
            resources: ztunnelResources,
          },
        ],
        services: [],
        apiGroups: [],
      },
      values: { image: reference(ztunnel.images.ztunnel), resources: requested(ztunnelResources) },
    },
  };
}
