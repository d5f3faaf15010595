import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Chart, ChartRelease, imageParts, type Resources, requested } from "../charts/index.ts";
import { OperatorPolicies } from "../network-policy/index.ts";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import { charts } from "../versions.ts";
import { anyOf, type DevicePluginArgs } from "./device-plugin.ts";

const namespace = "gpu-operator";
const operatorResources: Resources = { cpu: "200m", memory: "350Mi" };
const discoveryResources: Resources = { cpu: "50m", memory: "128Mi" };
const nodeResources: Resources = { cpu: "50m", memory: "128Mi" };
const typeToken = "hybrid-llm:platform:GpuOperator";

/**
 * NVIDIA's GPU operator in the device plugin's place: it runs the plugin itself, tries each node's accelerators out before
 * a pod gets one, and labels nodes by what they carry. As with the plugin alone, the nodes' image must have driver and
 * container toolkit: it installs neither. It exports no metrics and cuts no accelerator in parts.
 *
 * Cost: 300m CPU and 606 MiB, and 200m and 512 MiB on each node with a GPU.
 */
export class GpuOperator extends RegionComponent<RegionScope> {
  constructor(name: string, scope: RegionScope, args: DevicePluginArgs, opts?: pulumi.ComponentResourceOptions) {
    super(typeToken, name, scope, {}, opts);
    const image = (part: keyof typeof charts.gpuOperator.images) => {
      const { repository, pinnedTag } = imageParts(scope, charts.gpuOperator.images[part]);
      const slash = repository.lastIndexOf("/");
      return { repository: repository.slice(0, slash), image: repository.slice(slash + 1), version: pinnedTag };
    };
    const discovery = imageParts(scope, charts.gpuOperator.images.discovery);
    const off = { enabled: false };
    const home = new kubernetes.core.v1.Namespace(
      this.named("namespace"),
      // What it runs on nodes reads their devices and folders.
      { metadata: { name: namespace, labels: { "pod-security.kubernetes.io/enforce": "privileged" } } },
      this.own(),
    );
    new OperatorPolicies(this.named("policies"), scope, { namespace, webhooks: [] }, this.own({ dependsOn: home }));
    new ChartRelease(
      this.named("chart"),
      scope,
      {
        chart: gpuOperatorChart,
        namespace: home.metadata.name,
        values: {
          operator: { ...image("operator"), resources: requested(operatorResources) },
          validator: { ...image("operator"), resources: requested(nodeResources) },
          devicePlugin: { ...image("plugin"), resources: requested(nodeResources) },
          gfd: { ...image("plugin"), resources: requested(nodeResources) },
          driver: off,
          toolkit: off,
          dcgmExporter: off,
          migManager: off,
          "node-feature-discovery": {
            image: { repository: discovery.repository, tag: discovery.pinnedTag },
            master: { resources: requested(discoveryResources) },
            gc: { resources: requested(discoveryResources) },
            worker: {
              resources: requested(nodeResources),
              affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: anyOf(args.nodeSelectors) } },
              tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
            },
          },
        },
      },
      this.own({ dependsOn: home }),
    );
    this.registerOutputs({});
  }
}

type Part = keyof typeof charts.gpuOperator.images;
const deployment = (name: string, image: Part, resources: Resources): Chart["workloads"][number] => ({
  ...{ kind: "Deployment", name, replicas: 1, images: [image], resources },
});
/** By the operator itself, but for discovery's. */
const onNodes = (name: string, image: Part): Chart["workloads"][number] => ({
  ...{ kind: "DaemonSet", name, replicas: "each-node", images: [image], resources: nodeResources },
});

const gpuOperatorChart: Chart = {
  ...charts.gpuOperator,
  workloads: [
    deployment("gpu-operator", "operator", operatorResources),
    deployment("gpu-operator-node-feature-discovery-master", "discovery", discoveryResources),
    deployment("gpu-operator-node-feature-discovery-gc", "discovery", discoveryResources),
    onNodes("gpu-operator-node-feature-discovery-worker", "discovery"),
    onNodes("nvidia-operator-validator", "operator"),
    onNodes("nvidia-device-plugin-daemonset", "plugin"),
    onNodes("gpu-feature-discovery", "plugin"),
  ],
  services: [{ name: "gpu-operator", type: "ClusterIP", ports: [8080] }],
  apiGroups: ["nvidia.com", "resource.nvidia.com", "nfd.k8s-sigs.io"],
};
