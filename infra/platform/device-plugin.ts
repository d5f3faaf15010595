import type * as pulumi from "@pulumi/pulumi";
import { type Chart, ChartRelease, imageParts, type Resources, requested } from "../charts/index.ts";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import { charts } from "../versions.ts";

/** Where accelerators are. */
export interface DevicePluginArgs {
  /** Labels of the nodes of each pool. */
  readonly nodeSelectors: readonly Readonly<Record<string, string>>[];
}

const resources: Resources = { cpu: "50m", memory: "128Mi" };
const typeToken = "hybrid-llm:platform:DevicePlugin";

/**
 * NVIDIA's device plugin on the nodes of GPU pools: makes `nvidia.com/gpu` something that a pod can ask for. The nodes'
 * image must have driver and container toolkit, as Amazon Linux's NVIDIA variant has.
 *
 * Cost: 50m CPU and 128 MiB on each node with a GPU.
 */
export class DevicePlugin extends RegionComponent<RegionScope> {
  constructor(name: string, scope: RegionScope, args: DevicePluginArgs, opts?: pulumi.ComponentResourceOptions) {
    super(typeToken, name, scope, {}, opts);
    const { repository, pinnedTag } = imageParts(scope, charts.devicePlugin.images.plugin);
    new ChartRelease(
      this.named("chart"),
      scope,
      {
        chart: devicePluginChart,
        namespace: "kube-system",
        values: {
          image: { repository, tag: pinnedTag },
          affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: anyOf(args.nodeSelectors) } },
          tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
          resources: requested(resources),
          gfd: { enabled: false },
        },
      },
      this.own(),
    );
    this.registerOutputs({});
  }
}

const devicePluginChart: Chart = {
  ...charts.devicePlugin,
  workloads: [
    { kind: "DaemonSet", name: "nvidia-device-plugin", replicas: "each-node", images: ["plugin"], resources },
  ],
  services: [],
  apiGroups: [],
};

/** Nodes that have all labels of one of the selectors. */
export function anyOf(selectors: readonly Readonly<Record<string, string>>[]): {
  nodeSelectorTerms: { matchExpressions: { key: string; operator: "In"; values: string[] }[] }[];
} {
  return {
    nodeSelectorTerms: selectors.map((labels) => ({
      matchExpressions: Object.entries(labels)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => ({ key, operator: "In" as const, values: [value] })),
    })),
  };
}
