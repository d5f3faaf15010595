import { type Chart, imageParts, type Resources, requested } from "../charts/index.ts";
import { kongVersion } from "../facts.ts";
import type { Place } from "../region/index.ts";
import { type ImageVersion, trafficCharts } from "../versions.ts";

/** Kong's ingress controller. No public source that could be read pins this image. */
const kongController = (digest: string): ImageVersion => ({
  repository: "docker.io/kong/kubernetes-ingress-controller",
  tag: kongVersion,
  digest: digest as ImageVersion["digest"],
});

/** Names that the chart gives, by its release's name. */
export const kongNames = {
  proxy: "ingress-gateway-proxy",
  admin: "ingress-gateway-admin",
  adminAuthority: "ingress-controller-admin-api-ca-keypair",
  gateway: "gateway",
  controller: "controller",
} as const;
export const kongPorts = { proxy: 8443, admin: 8444, status: 8100, controllerMetrics: 10255, webhook: 8080 } as const;

/** What a load balancer leads to. */
export const kongTarget = { service: kongNames.proxy, servicePort: 443, podPort: kongPorts.proxy } as const;

const gatewayResources: Resources = { cpu: "500m", memory: "1Gi" };
const controllerResources: Resources = { cpu: "100m", memory: "256Mi" };

export interface KongChartArgs {
  readonly controllerDigest: string;
  readonly replicas: number;
  /** Whether a load balancer tells by proxy protocol who asks. */
  readonly proxyProtocol: boolean;
}

/** What the chart runs. */
export function kongChart({ controllerDigest, replicas }: KongChartArgs, production: boolean): Chart {
  return {
    ...trafficCharts.kong,
    images: { ...trafficCharts.kong.images, controller: kongController(controllerDigest) },
    workloads: [
      { kind: "Deployment", name: "ingress-gateway", replicas, images: ["gateway"], resources: gatewayResources },
      {
        kind: "Deployment",
        name: "ingress-controller",
        replicas: production ? 2 : 1,
        images: ["controller"],
        resources: controllerResources,
      },
    ],
    services: [
      { name: kongNames.proxy, type: "ClusterIP", ports: [443] },
      { name: kongNames.admin, type: "ClusterIP", ports: [kongPorts.admin] },
      { name: "ingress-controller-validation-webhook", type: "ClusterIP", ports: [443] },
      { name: "ingress-controller-metrics", type: "ClusterIP", ports: [10254, kongPorts.controllerMetrics] },
    ],
    apiGroups: ["configuration.konghq.com"],
  };
}

/** The chart's values: no plain HTTP, no manager, no reports to Kong; its admin interface takes its controller alone. */
export function kongValues(place: Place, chart: Chart, { replicas, proxyProtocol }: KongChartArgs) {
  const image = (key: string) => {
    const version = chart.images[key];
    if (version === undefined) throw new RangeError(`chart ${chart.name}: no image ${key}`);
    const { repository, pinnedTag } = imageParts(place, version);
    return { repository, tag: pinnedTag, effectiveSemver: version.tag };
  };
  return {
    controller: {
      proxy: { nameOverride: kongNames.proxy },
      replicaCount: place.production ? 2 : 1,
      podDisruptionBudget: { enabled: place.production, maxUnavailable: 1 },
      resources: requested(controllerResources),
      ingressController: {
        image: image("controller"),
        resources: requested(controllerResources),
        env: { anonymous_reports: "false" },
        gatewayDiscovery: { enabled: true, adminApiService: { name: kongNames.admin } },
        adminApi: { tls: { client: { enabled: true } } },
      },
    },
    gateway: {
      image: image("gateway"),
      replicaCount: replicas,
      podDisruptionBudget: { enabled: replicas > 1, maxUnavailable: 1 },
      resources: requested(gatewayResources),
      env: {
        anonymous_reports: "off",
        // Streams of tokens leave as they come.
        nginx_proxy_proxy_buffering: "off",
        tracing_instrumentations: "request,balancer",
        tracing_sampling_rate: "1.0",
        ...(proxyProtocol ? { real_ip_header: "proxy_protocol", trusted_ips: "0.0.0.0/0" } : {}),
      },
      proxy: {
        type: "ClusterIP",
        http: { enabled: false },
        tls: { enabled: true, parameters: proxyProtocol ? ["http2", "proxy_protocol"] : ["http2"] },
      },
      admin: { tls: { client: { secretName: kongNames.adminAuthority } } },
      manager: { enabled: false },
      terminationGracePeriodSeconds: 60,
    },
  };
}
