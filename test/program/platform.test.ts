import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import {
  ImageRepository,
  LoadBalancerController,
  Platform,
  type PlatformArgs,
  Storage,
} from "../../infra/platform/index.ts";
import { byName, cloudScope, computedOutputs, listed } from "../support/infra.ts";
import { type Registration, registrationsOf } from "../support/pulumi-mocks.ts";

const intermediate = {
  certificatePem: pulumi.output("intermediate\n"),
  chainPem: pulumi.output("intermediate\n"),
  privateKeyPem: pulumi.secret("key\n"),
};
const args: PlatformArgs = {
  intermediate,
  trustBundlePem: "root\n",
  gpuNodeSelectors: [{ "hybrid-llm.io/pool": "inference" }],
};
const run = (program: () => unknown, preview = false): Promise<Registration[]> =>
  registrationsOf(program, { outputs: computedOutputs, preview });
const valuesOf = (release: Registration | undefined) => release?.inputs.values as Record<string, unknown>;

describe("what a bare cluster lacks", () => {
  const program = (changes: Partial<PlatformArgs> = {}, production = false) =>
    run(() => new Platform("p", cloudScope({ production }), { ...args, ...changes }));

  it("is metrics, certificates, routes and accelerators", async () => {
    const found = await program();
    expect(listed(found).toSorted()).toEqual(
      [
        "Platform p",
        "CertManager p-cert-manager",
        "Secret p-cert-manager-authority",
        "ChartRelease p-cert-manager-chart",
        "Release p-cert-manager-chart-release",
        "ClusterIssuer p-cert-manager-issuer",
        "Namespace p-cert-manager-namespace",
        "OperatorPolicies p-cert-manager-policies",
        "NetworkPolicy p-cert-manager-policies-all-egress",
        "NetworkPolicy p-cert-manager-policies-all-ingress",
        "NetworkPolicy p-cert-manager-policies-allow-dns",
        "NetworkPolicy p-cert-manager-policies-deny-all",
        "DevicePlugin p-device-plugin",
        "ChartRelease p-device-plugin-chart",
        "Release p-device-plugin-chart-release",
        "GatewayApi p-gateway-api",
        "ChartRelease p-gateway-api-chart",
        "Release p-gateway-api-chart-release",
        "MetricsServer p-metrics-server",
        "ChartRelease p-metrics-server-chart",
        "Release p-metrics-server-chart-release",
      ].toSorted(),
    );
    expect(listed(await run(() => new Platform("p", cloudScope(), args), true))).toEqual(listed(found));
  });

  it("signs with the region's authority, whose key is a secret wherever it goes", async () => {
    const found = byName(await program());
    expect(found["p-cert-manager-authority"]?.inputs).toMatchObject({
      metadata: { name: "hybrid-llm-intermediate", namespace: "cert-manager" },
      type: "kubernetes.io/tls",
    });
    expect(JSON.stringify(found["p-cert-manager-authority"]?.inputs.stringData)).toContain("intermediate\\nroot\\n");
    expect(found["p-cert-manager-issuer"]?.inputs.spec).toEqual({ ca: { secretName: "hybrid-llm-intermediate" } });
    expect(JSON.stringify(found["p-cert-manager-chart-release"]?.inputs)).not.toContain("key");
  });

  it("runs what its charts declare: the same images, as often", async () => {
    for (const production of [false, true]) {
      const found = byName(await program({}, production));
      const replicas = production ? 2 : 1;
      const declares = found["p-metrics-server-chart"]?.inputs.declares as Record<string, unknown>;
      expect(declares.workloads).toMatchObject([{ kind: "Deployment", replicas, images: ["server"] }]);
      const { image, ...values } = valuesOf(found["p-metrics-server-chart-release"]);
      const { repository, tag } = image as { repository: string; tag: string };
      expect(`${repository}:${tag}`).toBe((declares.images as { server: string }).server);
      expect(values).toMatchObject({ replicas });
      expect(valuesOf(found["p-cert-manager-chart-release"])).toMatchObject({
        replicaCount: replicas,
        webhook: { replicaCount: replicas },
        cainjector: { replicaCount: replicas },
      });
    }
  });

  it("looks for accelerators on the nodes of its pools, and not at all where there is none", async () => {
    const found = byName(await program());
    expect(valuesOf(found["p-device-plugin-chart-release"])).toMatchObject({
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: "hybrid-llm.io/pool", operator: "In", values: ["inference"] }] },
            ],
          },
        },
      },
      tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
    });
    expect(Object.keys(byName(await program({ gpuNodeSelectors: [] })))).not.toContain("p-device-plugin");
  });

  it("has the GPU operator in the plugin's place, where that is chosen: with its own images, and no driver", async () => {
    const names = Object.keys(byName(await program()));
    const found = byName(await program({ gpu: "gpu-operator" }));
    expect(Object.keys(found).filter((name) => !names.includes(name))).toEqual([
      "p-gpu-operator",
      "p-gpu-operator-chart",
      "p-gpu-operator-chart-release",
      "p-gpu-operator-namespace",
      "p-gpu-operator-policies",
      ...["all-egress", "all-ingress", "allow-dns", "deny-all"].flatMap((policy) =>
        `p-gpu-operator-policies-${policy}` in found ? [`p-gpu-operator-policies-${policy}`] : [],
      ),
    ]);
    expect(names.filter((name) => !(name in found)).every((name) => name.startsWith("p-device-plugin"))).toBe(true);
    const images = Object(found["p-gpu-operator-chart"]?.inputs.declares).images as Record<string, string>;
    const values = valuesOf(found["p-gpu-operator-chart-release"]) as Record<string, Record<string, string>>;
    for (const [part, image] of Object.entries({
      operator: "operator",
      validator: "operator",
      devicePlugin: "plugin",
      gfd: "plugin",
    })) {
      const { repository, image: name, version } = values[part] ?? {};
      expect(`${repository}/${name}:${version}`).toBe(images[image]);
    }
    expect(values).toMatchObject({ driver: { enabled: false }, toolkit: { enabled: false } });
    expect(Object.keys(byName(await program({ gpu: "gpu-operator", gpuNodeSelectors: [] })))).not.toContain(
      "p-gpu-operator",
    );
  });
});

describe("what a cluster in AWS lacks besides", () => {
  it("is a controller of load balancers, which may change what is this cluster's", async () => {
    const make = () => new LoadBalancerController("lb", cloudScope(), { clusterName: "main", vpcName: "main-vpc" });
    const found = byName(await run(make));
    expect(
      Object.keys(found)
        .filter((name) => name.startsWith("lb"))
        .toSorted(),
    ).toEqual([
      "lb",
      "lb-chart",
      "lb-chart-release",
      "lb-identity",
      "lb-identity-association",
      "lb-identity-policy",
      "lb-identity-role",
    ]);
    expect(found["lb-identity-association"]?.inputs).toEqual({
      clusterName: "main",
      namespace: "kube-system",
      serviceAccount: "aws-load-balancer-controller",
      roleArn: "arn:aws:test:::lb-identity-role",
    });
    // Known before there is a VPC: the values name its tag, not its id.
    expect(valuesOf(found["lb-chart-release"])).toMatchObject({ clusterName: "main", vpcTags: { Name: "main-vpc" } });
    const policy = String(found["lb-identity-policy"]?.inputs.policy);
    expect(policy.replace(/\s/g, "").length).toBeLessThan(10_240);
    const { Statement } = JSON.parse(policy);
    for (const { Action, Resource, Condition } of Statement) {
      const changes = Action.filter((action: string) => !/:(?:Describe|Get|List)/.test(action));
      if (changes.length > 0) expect([changes, Resource]).not.toEqual([changes, ["*"]]);
      // All that changes is bound to the cluster's name, except for the one service-linked role and a VPC as a place.
      if (changes.length > 0 && !/CreateServiceLinkedRole|CreateSecurityGroup$/.test(changes.join())) {
        expect(JSON.stringify(Condition)).toContain('"main"');
      }
    }
  });

  it("is a default class of encrypted volumes, kept in production", async () => {
    const classOf = async (production: boolean) =>
      byName(await run(() => new Storage("s", cloudScope({ production }))))["s-class"]?.inputs;
    expect(await classOf(false)).toMatchObject({
      metadata: { name: "gp3", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
      provisioner: "ebs.csi.aws.com",
      parameters: { type: "gp3", encrypted: "true" },
      volumeBindingMode: "WaitForFirstConsumer",
      reclaimPolicy: "Delete",
    });
    expect(await classOf(true)).toMatchObject({ reclaimPolicy: "Retain" });
  });

  it("is a repository whose tags never move", async () => {
    const found = byName(
      await run(() => new ImageRepository("images", cloudScope(), { accountId: "123456789012", image: "router" })),
    );
    expect(found["images-repository"]?.inputs).toEqual({
      name: "hybrid-llm-test/router",
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfigurations: [{ encryptionType: "KMS" }],
      forceDelete: true,
    });
    expect(String(found["images-lifecycle"]?.inputs.policy)).toContain('"countNumber": 14');
  });
});
