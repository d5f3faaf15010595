import { loadBalancerClass } from "../../infra/platform/index.ts";
import { type ClusterPlan, within } from "./plan.ts";
import type { Registration } from "./pulumi-mocks.ts";

/** What something in a cluster needs that isn't there. */
export type ClusterRule = (cluster: ClusterPlan) => string[];

const chartNamed = ({ charts }: ClusterPlan, name: string): boolean => charts.some((chart) => chart.name === name);

/** Groups that Kubernetes serves by itself: their names have no dot, or end with its own. */
const isBuiltIn = (group: string): boolean => !group.includes(".") || group.endsWith(".k8s.io");

/** Each rule names who goes without; a plan is whole when no rule finds anything. */
export const clusterRules: Readonly<Record<string, ClusterRule>> = {
  "a claimed volume has a driver": (cluster) => {
    const classes = new Map(
      cluster.objects
        .filter(({ inputs }) => inputs.kind === "StorageClass")
        .map(({ inputs }) => [inputs.metadata?.name, inputs.provisioner] as const),
    );
    const claims = [
      ...cluster.charts.flatMap(({ name, workloads }) =>
        workloads.flatMap(({ volumes = [] }) => volumes.map(({ storageClass }) => ({ who: name, storageClass }))),
      ),
      ...cluster.objects.flatMap(({ name, inputs }) =>
        [...within(inputs)]
          .filter((object) => Array.isArray(object.accessModes))
          .map(({ storageClassName }) => ({ who: name, storageClass: storageClassName as string | undefined })),
      ),
    ];
    const drivers = new Map([["ebs.csi.aws.com", "aws-ebs-csi-driver"]]);
    return claims.flatMap(({ who, storageClass }) => {
      // A cluster that was there has a default class of its own.
      if (storageClass === undefined && cluster.addons.length === 0) return [];
      const provisioner = storageClass === undefined ? [...classes.values()][0] : classes.get(storageClass);
      const driver = drivers.get(provisioner ?? "");
      return driver !== undefined && cluster.addons.includes(driver) ? [] : [who];
    });
  },
  "a wanted accelerator has a device plugin": (cluster) => {
    const makers = ["nvidia-device-plugin", "gpu-operator"];
    if (makers.some((name) => chartNamed(cluster, name)) || cluster.present.includes("device-plugin")) return [];
    return [
      ...cluster.charts.flatMap(({ name, workloads }) =>
        workloads.some(({ resources }) => resources.gpus) ? [name] : [],
      ),
      ...cluster.objects.flatMap(({ name, inputs }) =>
        [...within(inputs)].some((object) => "nvidia.com/gpu" in object) ? [name] : [],
      ),
    ];
  },
  "a certificate has an issuer": (cluster) => {
    const issuers = cluster.objects
      .filter(({ inputs }) => inputs.kind === "ClusterIssuer")
      .map(({ inputs }) => inputs.metadata?.name);
    return cluster.objects.flatMap(({ name, inputs }) =>
      [...within(inputs)].some(
        ({ issuerRef }) => issuerRef !== undefined && !issuers.includes((issuerRef as { name: string }).name),
      )
        ? [name]
        : [],
    );
  },
  "a load balancer has a controller": (cluster) => {
    const controlled = chartNamed(cluster, "aws-load-balancer-controller");
    return [
      ...cluster.charts.flatMap(({ name, services }) =>
        services.some(({ type }) => type === "LoadBalancer") && !controlled ? [name] : [],
      ),
      ...cluster.objects.flatMap(({ name, inputs: { kind, spec } }) => {
        const { type, loadBalancerClass: of } = (spec ?? {}) as { type?: string; loadBalancerClass?: string };
        if (kind !== "Service" || type !== "LoadBalancer") return [];
        return controlled && of === loadBalancerClass ? [] : [name];
      }),
    ];
  },
  "a custom resource has its definition": (cluster) => {
    const groups = cluster.charts.flatMap(({ apiGroups }) => apiGroups);
    const brought = cluster.present.includes("cert-manager") ? [...groups, "cert-manager.io"] : groups;
    return cluster.objects.flatMap(({ name, inputs: { apiVersion = "v1" } }) => {
      const [group = "", version] = apiVersion.split("/");
      return version === undefined || isBuiltIn(group) || brought.includes(group) ? [] : [name];
    });
  },
  "a drain isn't held up by pods that aren't ready": ({ objects }) =>
    objects.flatMap(({ name, inputs: { kind, spec } }) =>
      kind === "PodDisruptionBudget" &&
      (spec as { unhealthyPodEvictionPolicy?: string }).unhealthyPodEvictionPolicy !== "AlwaysAllow"
        ? [name]
        : [],
    ),
  "an image has a digest": ({ charts, objects }) =>
    imagesOf({ charts, objects }).filter((image) => !/@sha256:[0-9a-f]{64}$/.test(image)),
};

/** Every image that a cluster runs. */
export function imagesOf({ charts, objects }: Pick<ClusterPlan, "charts" | "objects">): string[] {
  return [
    ...charts.flatMap(({ images }) => Object.values(images)),
    ...objects.flatMap(({ inputs }) =>
      [...within(inputs)].flatMap(({ image, name }) =>
        typeof image === "string" && typeof name === "string" ? [image] : [],
      ),
    ),
  ];
}

/** Resources without an explicit provider, and providers without a region or a cluster of their own. */
export function unprovided(plan: readonly Registration[]): string[] {
  return plan.flatMap(({ type, name, custom, provider, inputs }) => {
    if (type === "pulumi:providers:aws") return inputs.region === undefined ? [name] : [];
    if (type === "pulumi:providers:kubernetes") return inputs.clusterIdentifier === undefined ? [name] : [];
    return custom && !type.startsWith("pulumi:") && provider === undefined ? [name] : [];
  });
}

/** Resources whose name doesn't begin with their component's, whose token has another form, or that lie loose. */
export function misnamed(plan: readonly Registration[], stack: string): string[] {
  return plan.flatMap(({ type, name, parent, custom }) => {
    if (type.startsWith("pulumi:")) return [];
    const isTop = parent === undefined || parent === stack;
    if (custom) return isTop || !name.startsWith(`${parent}-`) ? [name] : [];
    return /^hybrid-llm:[a-z-]+:[A-Z][A-Za-z]+$/.test(type) && (isTop || name.startsWith(`${parent}-`)) ? [] : [name];
  });
}
