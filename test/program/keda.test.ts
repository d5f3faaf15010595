import { describe, expect, it } from "vitest";
import { Keda } from "../../infra/keda/index.ts";
import { refuseDefaultProviders } from "../../infra/region/index.ts";
import { children, clusterScope, inputsOf, mirror, planned } from "../support/workloads.ts";

const digests = {
  operator: `sha256:${"1".repeat(64)}`,
  metricsServer: `sha256:${"2".repeat(64)}`,
  webhooks: `sha256:${"3".repeat(64)}`,
} as const;
const plan = (scope: Parameters<typeof clusterScope>[0] = {}) =>
  planned(() => {
    refuseDefaultProviders();
    new Keda("eu-west-1-keda", clusterScope(scope), { digests });
  });

describe("KEDA", () => {
  it("is a pinned chart with images by digest, and says what it runs", async () => {
    const found = await plan({ production: true });
    expect(children(found)).toEqual([
      "Keda eu-west-1-keda < the stack",
      "ChartRelease eu-west-1-keda-chart < eu-west-1-keda",
      "Release eu-west-1-keda-chart-release < eu-west-1-keda-chart",
      "Namespace eu-west-1-keda-namespace < eu-west-1-keda",
      "OperatorPolicies eu-west-1-keda-policies < eu-west-1-keda",
      "NetworkPolicy eu-west-1-keda-policies-all-egress < eu-west-1-keda-policies",
      "NetworkPolicy eu-west-1-keda-policies-all-ingress < eu-west-1-keda-policies",
      "NetworkPolicy eu-west-1-keda-policies-allow-dns < eu-west-1-keda-policies",
      "NetworkPolicy eu-west-1-keda-policies-deny-all < eu-west-1-keda-policies",
    ]);
    const resources = { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "256Mi" } };
    const image = (name: string, digest: string) => ({
      registry: "ghcr.io",
      repository: `kedacore/${name}`,
      tag: `2.18.1@${digest}`,
    });
    expect(inputsOf(found, "eu-west-1-keda-chart-release")).toMatchObject({
      chart: "keda",
      version: "2.18.1",
      namespace: "keda",
      repositoryOpts: { repo: "https://kedacore.github.io/charts" },
      values: {
        image: {
          keda: image("keda", digests.operator),
          metricsApiServer: image("keda-metrics-apiserver", digests.metricsServer),
          webhooks: image("keda-admission-webhooks", digests.webhooks),
        },
        operator: { replicaCount: 2 },
        metricsServer: { replicaCount: 2 },
        webhooks: { replicaCount: 2 },
        resources: { operator: resources, metricServer: resources, webhooks: resources },
      },
    });
    expect(inputsOf(found, "eu-west-1-keda-chart")).toMatchObject({
      declares: {
        images: { operator: `ghcr.io/kedacore/keda:2.18.1@${digests.operator}` },
        workloads: [{ replicas: 2 }, { replicas: 2 }, { replicas: 2 }],
        apiGroups: ["keda.sh", "eventing.keda.sh", "external.metrics.k8s.io"],
      },
    });
  });

  it("comes from the mirror behind an air gap", async () => {
    const found = await plan({ airgapped: true });
    const [registry, ...path] = mirror.split("/");
    expect(inputsOf(found, "eu-west-1-keda-chart-release")).toMatchObject({
      chart: `oci://${mirror}/kedacore.github.io/charts/keda`,
      values: { image: { keda: { registry, repository: `${path.join("/")}/ghcr.io/kedacore/keda` } } },
    });
  });
});
