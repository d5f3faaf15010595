import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { bundleRuntime } from "../../infra/machine/index.ts";
import { type ClusterPlan, clustersOf, planOf, stackOf } from "../support/plan.ts";
import { clusterRules, imagesOf, misnamed, unprovided } from "../support/plan-rules.ts";
import type { Registration } from "../support/pulumi-mocks.ts";
import { inputsOf } from "../support/workloads.ts";

const rootOf = "hybrid-llm-test";
const count = (plan: readonly Registration[], type: string): number => plan.filter((one) => one.type === type).length;

describe.each(["dev", "prod", "airgap", "cluster"])("the plan of %s", (stack) => {
  let plan: readonly Registration[] = [];
  beforeAll(async () => {
    plan = await planOf(stackOf(stack));
  });

  it("gives each resource a provider of its region, and each provider a region or a cluster", () => {
    expect(unprovided(plan)).toEqual([]);
    const regions = clustersOf(plan).map(({ region }) => region);
    for (const { type, name, provider } of plan.filter(({ provider: of }) => of !== undefined && of !== "tls")) {
      // What stands before all regions is of none.
      const region = regions.find((candidate) => name.startsWith(`${candidate}-`)) ?? "edge";
      expect([type, provider]).toEqual([type, `${region}-${type.split(":")[0]}`]);
    }
  });

  it("names each resource after its component", () => {
    expect(misnamed(plan, rootOf)).toEqual([]);
    const names = plan.map(({ type, name }) => `${type} ${name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(Object.entries(clusterRules))("is whole: %s", (_, rule) => {
    for (const cluster of clustersOf(plan)) expect(rule(cluster)).toEqual([]);
  });

  it("is the same in a preview, where nothing is known that AWS computes", async () => {
    const names = (of: readonly Registration[]) => of.map(({ type, name }) => `${type} ${name}`);
    expect(names(await planOf(stackOf(stack), true))).toEqual(names(plan));
  });
});

describe("the plan of prod", () => {
  it("has three regions, each with what the others have", async () => {
    const plan = await planOf(stackOf("prod"));
    const of = (region: string) =>
      plan
        .filter(({ name }) => name.startsWith(`${region}-`))
        .map(({ type, name }) => `${type} ${name.slice(region.length).replace(/-(?:use1|euw1|apne1)-az\d/g, "-zone")}`)
        .toSorted();
    expect(clustersOf(plan).map(({ region }) => region)).toEqual(["ap-northeast-1", "eu-west-1", "us-east-1"]);
    expect(of("eu-west-1")).toEqual(of("us-east-1"));
    expect(of("ap-northeast-1")).toEqual(of("us-east-1"));
    expect(count(plan, "aws:eks/cluster:Cluster")).toBe(3);
    expect(count(plan, "aws:ec2/natGateway:NatGateway")).toBe(9);
  });

  it("has the edge's worker of this checkout, with nothing in it that another clone would have otherwise", async () => {
    const plan = await planOf(stackOf("prod"));
    const { path } = await bundleRuntime("edge/main.ts");
    const { content, bindings } = inputsOf(plan, "edge-worker") as { content: string; bindings: { text?: string }[] };
    expect(content).toBe(readFileSync(path, "utf8"));
    expect(content).not.toContain(process.cwd());
    expect(bindings.map(({ text }) => text)).toEqual([undefined, "300", "60"]);
    expect(inputsOf(plan, "edge-kept")).toMatchObject({ title: "hybrid-llm-test-edge" });
    expect(inputsOf(plan, "edge-route")).toMatchObject({
      pattern: "llm.example.com/*",
      script: "hybrid-llm-test-edge",
    });
  });

  it("caps each pool of nodes", async () => {
    const pools = (await planOf(stackOf("prod"))).filter(({ inputs }) => inputs.kind === "NodePool");
    const limits = Object.fromEntries(
      pools.map(({ name, inputs }) => [name, (inputs.spec as { limits: unknown }).limits]),
    );
    expect(limits).toEqual({
      "ap-northeast-1-karpenter-general-pool": { cpu: 64 },
      "ap-northeast-1-karpenter-inference-pool": { "nvidia.com/gpu": 3 },
      "eu-west-1-karpenter-general-pool": { cpu: 64 },
      "eu-west-1-karpenter-inference-pool": { "nvidia.com/gpu": 4 },
      "us-east-1-karpenter-general-pool": { cpu: 64 },
      "us-east-1-karpenter-inference-pool": { "nvidia.com/gpu": 4 },
    });
  });
});

describe("stores and secrets of prod", () => {
  const ready = () => {
    const config = stackOf("prod");
    if (config.kind !== "cloud") throw new Error("not in a cloud");
    const vaultAddresses = Object.fromEntries(
      config.regions.map(({ name }) => [name, `https://vault.${name}.example.com`]),
    );
    return { ...config, secrets: { ...config.secrets, vaultReady: true, vaultAddresses } };
  };
  let second: readonly Registration[] = [];
  beforeAll(async () => {
    second = await planOf(ready());
  });
  const added = (plan: readonly Registration[]) => {
    const names = plan.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`);
    return names.filter((name) => name.includes(" eu-west-1-")).toSorted();
  };

  it("come in two phases: what is set in Vault comes when Vault answers, and takes nothing away", async () => {
    const [before, after] = [added(await planOf(stackOf("prod"))), added(second)];
    expect(before.filter((name) => !after.includes(name))).toEqual([]);
    expect(after.filter((name) => !before.includes(name))).toEqual(
      [
        "Seeder eu-west-1-seeder",
        "Job eu-west-1-seeder-job",
        "ServiceAccount eu-west-1-seeder-service-account",
        ...["router", "store"].flatMap((party) => [
          `Sync eu-west-1-${party}-secrets`,
          `ServiceAccount eu-west-1-${party}-secrets-service-account`,
          `Secret eu-west-1-${party}-secrets-authority`,
          `VaultConnection eu-west-1-${party}-secrets-connection`,
          `VaultAuth eu-west-1-${party}-secrets-auth`,
        ]),
        ...["environment", "keys-openai", "keys-claude", "keys-gemini"].map(
          (secret) => `VaultStaticSecret eu-west-1-router-secrets-router-${secret}`,
        ),
        ...["database-owner", "database-pooler-users", "redis-password"].map(
          (secret) => `VaultStaticSecret eu-west-1-store-secrets-${secret}`,
        ),
        "vault eu-west-1-vault",
        "VaultConfiguration eu-west-1-vault-configuration",
        "Audit eu-west-1-vault-configuration-audit-file",
        "Audit eu-west-1-vault-configuration-audit-stdout",
        "AuthBackend eu-west-1-vault-configuration-auth",
        "AuthBackendConfig eu-west-1-vault-configuration-auth-config",
        "Mount eu-west-1-vault-configuration-engine-kv",
        "SecretBackendV2 eu-west-1-vault-configuration-engine-kv-versions",
        "Mount eu-west-1-vault-configuration-engine-transit",
        "SecretBackendKey eu-west-1-vault-configuration-key-shared",
        ...["rotation", "router", "router-secrets", "store-secrets", "store-seeder"].map(
          (policy) => `Policy eu-west-1-vault-configuration-policy-hybrid-llm-${policy}`,
        ),
        ...["router", "router-secrets", "store-secrets", "store-seeder"].map(
          (role) => `AuthBackendRole eu-west-1-vault-configuration-role-${role}`,
        ),
      ].toSorted(),
    );
  });

  it("keep every rule of a whole plan in the second phase too", () => {
    expect([unprovided(second), misnamed(second, rootOf)]).toEqual([[], []]);
    for (const cluster of clustersOf(second)) {
      for (const rule of Object.values(clusterRules)) expect(rule(cluster)).toEqual([]);
    }
  });

  it("tell no secret: what comes out of Vault is a template", () => {
    const synced = second.filter(({ inputs }) => inputs.kind === "VaultStaticSecret");
    expect(synced.length).toBe(21);
    const texts = synced.flatMap(({ inputs }) =>
      Object.values(
        (inputs.spec as { destination: { transformation: { templates: object } } }).destination.transformation
          .templates,
      ),
    );
    for (const { text } of texts as { text: string }[]) {
      const left = text.replace(/\{\{ get \.Secrets "[a-z]+" \}\}/g, "");
      expect(left).toMatch(/^(?:|router|"router" ""\n|(?:(?:postgresql|rediss):\/\/router:@[^:@]+:\d+\S* ?)+)$/);
    }
    // What is a Secret by this program is public, or the authority's own.
    const secrets = second.filter(
      ({ type, name }) => type === "kubernetes:core/v1:Secret" && name.startsWith("eu-west-1-"),
    );
    expect(secrets.map(({ name }) => name).toSorted()).toEqual([
      "eu-west-1-gateway-router-root-0",
      "eu-west-1-mesh-authority",
      "eu-west-1-platform-cert-manager-authority",
      "eu-west-1-router-secrets-authority",
      "eu-west-1-store-secrets-authority",
    ]);
    const passwords = second.flatMap(({ name, inputs }) =>
      Object.keys(inputs)
        .filter((key) => /password|authToken|secretString/i.test(key) && key !== "manageMasterUserPassword")
        .map((key) => `${name}.${key}`),
    );
    expect(passwords).toEqual([]);
  });
});

describe("the plan of airgap", () => {
  it("has nothing of a cloud, and every image and chart from the mirror", async () => {
    const plan = await planOf(stackOf("airgap"));
    const mirror = "registry.internal.example.com/mirror/";
    expect(plan.filter(({ type }) => /(?:^|:)(?:aws|cloudflare)(?::|$)/.test(type))).toEqual([]);
    const images = clustersOf(plan).flatMap(imagesOf);
    expect(images.length).toBeGreaterThan(4);
    expect(images.filter((image) => !image.startsWith(mirror))).toEqual([]);
    const releases = plan.filter(({ type }) => type === "kubernetes:helm.sh/v3:Release");
    expect(releases.map(({ inputs }) => inputs.chart).toSorted()).toEqual([
      `oci://${mirror}charts.jetstack.io/cert-manager`,
      `oci://${mirror}cloudnative-pg.github.io/charts/cloudnative-pg`,
      `oci://${mirror}docker.io/envoyproxy/gateway-crds-helm`,
      `oci://${mirror}helm.releases.hashicorp.com/vault-secrets-operator`,
      ...["base", "cni", "istiod", "ztunnel"].map(
        (chart) => `oci://${mirror}istio-release.storage.googleapis.com/charts/${chart}`,
      ),
      `oci://${mirror}kubernetes-sigs.github.io/metrics-server/metrics-server`,
      `oci://${mirror}nvidia.github.io/k8s-device-plugin/nvidia-device-plugin`,
      `oci://${mirror}prometheus-community.github.io/helm-charts/kube-prometheus-stack`,
    ]);
    expect(releases.filter(({ inputs }) => "repositoryOpts" in inputs)).toEqual([]);
    expect(JSON.stringify(releases.map(({ inputs }) => inputs.values))).not.toMatch(/"(?:quay|nvcr|registry\.k8s)\.io/);
  });

  it("is as whole with the GPU operator, whose images come from the mirror too", async () => {
    const config = stackOf("airgap");
    if (config.kind !== "airgap") throw new Error("not an air-gapped stack");
    const plan = await planOf({ ...config, gpu: { operator: "gpu-operator" } });
    for (const cluster of clustersOf(plan)) {
      expect(cluster.charts.map(({ name }) => name)).toContain("gpu-operator");
      expect(cluster.charts.map(({ name }) => name)).not.toContain("nvidia-device-plugin");
      for (const rule of Object.values(clusterRules)) expect(rule(cluster)).toEqual([]);
    }
    const values = plan.filter(({ name }) => name.endsWith("-gpu-operator-chart-release")).map(({ inputs }) => inputs);
    expect(values.length).toBeGreaterThan(0);
    expect(JSON.stringify(values)).not.toMatch(/"(?:nvcr|registry\.k8s)\.io/);
  });

  it("asks a cluster only for what it lacks", async () => {
    const config = stackOf("airgap");
    if (config.kind !== "airgap") throw new Error("not an air-gapped stack");
    const clusters = config.clusters.map((cluster) => ({
      ...cluster,
      present: ["cert-manager" as const, "device-plugin" as const, "gateway-api" as const, "metrics-server" as const],
    }));
    const plan = await planOf({ ...config, clusters });
    const releases = plan.filter(({ type }) => type === "kubernetes:helm.sh/v3:Release");
    expect(releases.map(({ name }) => name).filter((name) => name.startsWith("site-a-platform"))).toEqual([]);
    expect(releases.map(({ inputs }) => inputs.name).toSorted()).toEqual([
      "base",
      "cloudnative-pg",
      "cni",
      "istiod",
      "kube-prometheus-stack",
      "vault-secrets-operator",
      "ztunnel",
    ]);
    expect(plan.map(({ name }) => name)).toContain("site-a-platform-cert-manager-issuer");
    for (const cluster of clustersOf(plan)) {
      for (const rule of Object.values(clusterRules)) expect(rule(cluster)).toEqual([]);
    }
  });
});

describe("the rules of a whole plan", () => {
  const object = (inputs: Record<string, unknown>): Registration => ({
    type: "kubernetes:x",
    name: "thing",
    parent: undefined,
    provider: "kubernetes",
    custom: true,
    protect: false,
    inputs,
  });
  const bare: ClusterPlan = { region: "x", charts: [], objects: [], addons: ["vpc-cni"], present: [] };
  const spec = { containers: [{ name: "a", image: "redis:8", resources: { limits: { "nvidia.com/gpu": 1 } } }] };
  const broken: Record<keyof typeof clusterRules, Record<string, unknown>> = {
    "a claimed volume has a driver": { kind: "PersistentVolumeClaim", spec: { accessModes: ["ReadWriteOnce"] } },
    "a wanted accelerator has a device plugin": { kind: "Pod", spec },
    "a certificate has an issuer": {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      spec: { issuerRef: { name: "x" } },
    },
    "a load balancer has a controller": { kind: "Service", spec: { type: "LoadBalancer" } },
    "a custom resource has its definition": { apiVersion: "karpenter.sh/v1", kind: "NodePool", spec: {} },
    "a drain isn't held up by pods that aren't ready": { kind: "PodDisruptionBudget", spec: { maxUnavailable: 1 } },
    "an image has a digest": { kind: "Pod", spec },
  };

  it.each(Object.entries(clusterRules))("%s, or the plan is refused", (name, rule) => {
    expect(rule(bare)).toEqual([]);
    expect(rule({ ...bare, objects: [object(broken[name] ?? {})] })).toEqual([
      name === "an image has a digest" ? "redis:8" : "thing",
    ]);
  });

  it("find what has no provider, no region, no component or a name of its own", () => {
    const loose = object({});
    expect(unprovided([{ ...loose, provider: undefined }])).toEqual(["thing"]);
    expect(unprovided([{ ...loose, type: "pulumi:providers:aws", name: "aws" }])).toEqual(["aws"]);
    expect(unprovided([{ ...loose, type: "pulumi:providers:kubernetes", name: "k" }])).toEqual(["k"]);
    expect(misnamed([{ ...loose, parent: rootOf }], rootOf)).toEqual(["thing"]);
    expect(misnamed([{ ...loose, parent: "other" }], rootOf)).toEqual(["thing"]);
    expect(misnamed([{ ...loose, custom: false, type: "hybrid-llm:Thing" }], rootOf)).toEqual(["thing"]);
    expect(misnamed([{ ...loose, name: "other-thing", parent: "other" }], rootOf)).toEqual([]);
  });
});
