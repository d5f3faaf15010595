import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Chart, ChartRelease, imageParts, type Resources, requested } from "../charts/index.ts";
import { OperatorPolicies } from "../network-policy/index.ts";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import { type ImageVersion, trafficCharts } from "../versions.ts";
import { labelsOf } from "../workload/index.ts";
import { type DrillSettings, drills } from "./drills.ts";

/** What Chaos Mesh is made from. */
export interface ChaosMeshArgs extends DrillSettings {
  /** Where containerd listens on each node. @default /run/containerd/containerd.sock */
  readonly containerdSocket?: string;
}

const typeToken = "hybrid-llm:chaos:ChaosMesh";
const namespace = "chaos-mesh";
const controllerResources: Resources = { cpu: "50m", memory: "256Mi" };
const daemonResources: Resources = { cpu: "50m", memory: "128Mi" };

/**
 * Chaos Mesh and its drills. It strikes in namespaces alone that say so themselves, and every drill names the promise that
 * must hold meanwhile. It has no dashboard: who may begin a drill is who may change a Schedule.
 *
 * Cost: 50m CPU and 256 MiB, three times that in production, and 50m and 128 MiB on each node.
 */
export class ChaosMesh extends RegionComponent<RegionScope> {
  constructor(name: string, scope: RegionScope, args: ChaosMeshArgs, opts?: pulumi.ComponentResourceOptions) {
    if (scope.production && args.namespaces.length === 0) {
      throw new RangeError("chaos.namespaces: empty; in production allowed is a list of what may be struck");
    }
    const all = drills(args);
    super(typeToken, name, scope, { namespaces: [...args.namespaces], drills: all.map((drill) => drill.name) }, opts);
    const release = this.#install(args);
    for (const { name: drill, says, suspended, mustHold, spec } of all) {
      new kubernetes.apiextensions.CustomResource(
        this.named(drill),
        {
          apiVersion: "chaos-mesh.org/v1alpha1",
          kind: "Schedule",
          metadata: {
            name: drill,
            namespace,
            labels: labelsOf({ name: "chaos" }),
            annotations: {
              "hybrid-llm/drill": says,
              "hybrid-llm/slo-query": mustHold,
              ...(suspended ? { "experiment.chaos-mesh.org/pause": "true" } : {}),
            },
          },
          spec,
        },
        // Whoever asks for a drill takes its annotation away; the next `up` is not to call it off half-way.
        this.own({
          dependsOn: release,
          ...(suspended ? { ignoreChanges: ['metadata.annotations["experiment.chaos-mesh.org/pause"]'] } : {}),
        }),
      );
    }
    this.registerOutputs({});
  }

  #install({ containerdSocket = "/run/containerd/containerd.sock" }: ChaosMeshArgs): ChartRelease {
    const { scope } = this;
    const replicas = scope.production ? 3 : 1;
    const home = new kubernetes.core.v1.Namespace(
      this.named("namespace"),
      // Its daemon enters other pods' networks.
      { metadata: { name: namespace, labels: { "pod-security.kubernetes.io/enforce": "privileged" } } },
      this.own(),
    );
    new OperatorPolicies(
      this.named("policies"),
      scope,
      { namespace, webhooks: [10250], among: [31766, 31767] },
      this.own({ dependsOn: home }),
    );
    const { controller, daemon } = trafficCharts.chaosMesh.images;
    const image = (version: ImageVersion) => {
      const { repository, pinnedTag } = imageParts(scope, version);
      const [registry = "", ...path] = repository.split("/");
      return { registry, repository: path.join("/"), tag: pinnedTag };
    };
    return new ChartRelease(
      this.named("chart"),
      scope,
      {
        chart: chaosChart(replicas),
        namespace: home.metadata.name,
        values: {
          controllerManager: {
            image: image(controller),
            replicaCount: replicas,
            enableFilterNamespace: true,
            resources: requested(controllerResources),
          },
          chaosDaemon: {
            image: image(daemon),
            runtime: "containerd",
            socketPath: containerdSocket,
            resources: requested(daemonResources),
          },
          dashboard: { create: false },
          dnsServer: { create: false },
          enableProfiling: false,
        },
      },
      this.own({ dependsOn: home }),
    );
  }
}

function chaosChart(replicas: number): Chart {
  return {
    ...trafficCharts.chaosMesh,
    workloads: [
      {
        kind: "Deployment",
        name: "chaos-controller-manager",
        replicas,
        images: ["controller"],
        resources: controllerResources,
      },
      {
        kind: "DaemonSet",
        name: "chaos-daemon",
        replicas: "each-node",
        images: ["daemon"],
        resources: daemonResources,
      },
    ],
    services: [
      { name: "chaos-mesh-controller-manager", type: "ClusterIP", ports: [443, 10081, 10082, 10080] },
      { name: "chaos-daemon", type: "ClusterIP", ports: [31767, 31766] },
    ],
    apiGroups: ["chaos-mesh.org"],
  };
}
