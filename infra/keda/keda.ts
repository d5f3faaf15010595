import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Chart, ChartRelease, imageParts, type Resources, requested } from "../charts/index.ts";
import { kedaVersion } from "../facts.ts";
import { namespaces, OperatorPolicies } from "../network-policy/index.ts";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import type { ChartVersion, ImageVersion } from "../versions.ts";

/** Digests of KEDA's images: no public source that could be read pins them, so the stack must say what runs. */
export type KedaDigests = Readonly<Record<"operator" | "metricsServer" | "webhooks", ImageVersion["digest"]>>;

/** What KEDA is made from. */
export interface KedaArgs {
  /** Those of the images of `kedaVersion`. */
  readonly digests: KedaDigests;
}

const namespace = namespaces.autoscaling;
const resources: Resources = { cpu: "100m", memory: "256Mi" };
const typeToken = "hybrid-llm:keda:Keda";

/**
 * KEDA: replicas by what Prometheus tells, which Kubernetes' own autoscaler then follows.
 *
 * Cost: 300m CPU and 768 MiB; twice that in production.
 */
export class Keda extends RegionComponent<RegionScope> {
  /** What a ScaledObject waits for. */
  readonly ready: pulumi.Resource;

  constructor(name: string, scope: RegionScope, args: KedaArgs, opts?: pulumi.ComponentResourceOptions) {
    super(typeToken, name, scope, {}, opts);
    const replicaCount = scope.production ? 2 : 1;
    const chart = kedaChart(args.digests, replicaCount);
    const image = (part: keyof KedaDigests) => {
      const { repository, pinnedTag } = imageParts(scope, chart.images[part] as ImageVersion);
      const [registry = "", ...path] = repository.split("/");
      return { registry, repository: path.join("/"), tag: pinnedTag };
    };
    const asked = requested(resources);
    const home = new kubernetes.core.v1.Namespace(
      this.named("namespace"),
      { metadata: { name: namespace, labels: { "pod-security.kubernetes.io/enforce": "restricted" } } },
      this.own(),
    );
    const prometheus = { namespace: namespaces.observability, name: "prometheus" };
    new OperatorPolicies(
      this.named("policies"),
      scope,
      {
        namespace,
        webhooks: [6443, 9443],
        among: [9666],
        flows: [{ from: { namespace }, to: prometheus, ports: [9090], because: "how much is waiting" }],
      },
      this.own({ dependsOn: home }),
    );
    this.ready = new ChartRelease(
      this.named("chart"),
      scope,
      {
        chart,
        namespace: home.metadata.name,
        values: {
          image: { keda: image("operator"), metricsApiServer: image("metricsServer"), webhooks: image("webhooks") },
          operator: { replicaCount },
          metricsServer: { replicaCount },
          webhooks: { replicaCount },
          resources: { operator: asked, metricServer: asked, webhooks: asked },
        },
      },
      this.own({ dependsOn: home }),
    );
    this.registerOutputs({});
  }
}

function kedaChart(digests: KedaDigests, replicas: number): Chart {
  const image = (repository: string, digest: ImageVersion["digest"]): ImageVersion => ({
    repository: `ghcr.io/kedacore/${repository}`,
    tag: kedaVersion,
    digest,
  });
  const version: ChartVersion = {
    name: "keda",
    repository: "https://kedacore.github.io/charts",
    version: kedaVersion,
    images: {
      operator: image("keda", digests.operator),
      metricsServer: image("keda-metrics-apiserver", digests.metricsServer),
      webhooks: image("keda-admission-webhooks", digests.webhooks),
    },
  };
  const workload = (name: string, key: string) =>
    ({ kind: "Deployment", name, replicas, images: [key], resources }) as const;
  return {
    ...version,
    workloads: [
      workload("keda-operator", "operator"),
      workload("keda-operator-metrics-apiserver", "metricsServer"),
      workload("keda-admission-webhooks", "webhooks"),
    ],
    services: [
      { name: "keda-operator", type: "ClusterIP", ports: [9666] },
      { name: "keda-operator-metrics-apiserver", type: "ClusterIP", ports: [443, 8080] },
      { name: "keda-admission-webhooks", type: "ClusterIP", ports: [443] },
    ],
    apiGroups: ["keda.sh", "eventing.keda.sh", "external.metrics.k8s.io"],
  };
}
