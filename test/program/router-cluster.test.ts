import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { refuseDefaultProviders } from "../../infra/region/index.ts";
import {
  type Autoscaling,
  defaultAutoscaling,
  inFlightMetric,
  RouterCluster,
  type RouterClusterArgs,
  scalingOf,
} from "../../infra/router/index.ts";
import { parseRouterConfig } from "../../runtime/config/index.ts";
import { metric } from "../../runtime/router/telemetry/conventions.ts";
import { children, clusterScope, inputsOf, mirror, planned, rendered, testDigest } from "../support/workloads.ts";

const imageRepository = "registry.example.com/router";
const image = `${imageRepository}@${testDigest}`;
const autoscaling: Autoscaling = { minReplicas: 3, maxReplicas: 10, cpuPercent: 50, inFlightPerReplica: 50 };
const base: RouterClusterArgs = {
  namespace: "router",
  imageRepository,
  versions: { blue: { imageDigest: testDigest, config: parseRouterConfig({ backends: { openai: {} } }, "test") } },
  rollout: { stable: "blue" },
  scaling: { autoscaling },
  resources: { cpu: "500m", memory: "512Mi" },
  security: { mode: "tls", issuer: { name: "region", kind: "ClusterIssuer" }, clientCertificate: "required" },
  environmentSecret: "router-environment",
  credentialsReady: true,
  trustBundlePem: "the roots",
  route: { parents: [{ kind: "Gateway", name: "gateway", namespace: "gateway" }], hostnames: ["llm.example.com"] },
};
const green = {
  imageDigest: testDigest.replace("11", "22"),
  config: parseRouterConfig({ failoverChain: ["local"] }, "test"),
};
const canary: RouterClusterArgs = {
  ...base,
  versions: { ...base.versions, green, old: green },
  rollout: { stable: "blue", candidate: "green", weight: 10 },
};
const plan = (args: RouterClusterArgs, scope: Parameters<typeof clusterScope>[0] = {}) =>
  planned(() => {
    refuseDefaultProviders();
    new RouterCluster("eu-west-1-router", clusterScope(scope), args);
  });
const configNames = (found: Awaited<ReturnType<typeof plan>>) =>
  found.flatMap(({ name, inputs }) => (name.endsWith("-config") ? [(inputs.metadata as { name: string }).name] : []));

describe("the router of a cluster", () => {
  it("is one version with all that it needs", async () => {
    const found = await plan(base);
    expect(children(found)).toEqual([
      "RouterCluster eu-west-1-router < the stack",
      "RouterDeployment eu-west-1-router-blue < eu-west-1-router",
      "HorizontalPodAutoscaler eu-west-1-router-blue-autoscaler < eu-west-1-router-blue",
      "ConfigMap eu-west-1-router-blue-config < eu-west-1-router",
      "Deployment eu-west-1-router-blue-deployment < eu-west-1-router-blue",
      "PodDisruptionBudget eu-west-1-router-blue-disruption-budget < eu-west-1-router-blue",
      "Service eu-west-1-router-blue-service < eu-west-1-router-blue",
      "Certificate eu-west-1-router-certificate < eu-west-1-router",
      "HTTPRoute eu-west-1-router-route < eu-west-1-router",
      "Service eu-west-1-router-service < eu-west-1-router",
      "ServiceAccount eu-west-1-router-service-account < eu-west-1-router",
      "ConfigMap eu-west-1-router-trust < eu-west-1-router",
    ]);
    // The configuration has tests of its own; here it would change with every default of the router.
    const whole = JSON.stringify(inputsOf(found, "eu-west-1-router-blue-config"));
    const [, hash = ""] = /router-blue-([0-9a-f]{12})/.exec(whole) ?? [];
    const golden = rendered(found)
      .replaceAll(hash, "HASH")
      .replace(/router\.json: \|\n(?: {6}.*\n)+/, "router.json: CONFIGURATION\n");
    await expect(golden).toMatchFileSnapshot("golden/router-cluster.yaml");
  });

  it("runs stable and candidate side by side, and keeps the configuration of whatever is listed", async () => {
    const found = await plan(canary);
    expect(found.filter(({ type }) => type.endsWith(":Deployment")).map(({ name }) => name)).toEqual([
      "eu-west-1-router-blue-deployment",
      "eu-west-1-router-green-deployment",
    ]);
    expect(configNames(found)).toHaveLength(3);
    expect(inputsOf(found, "eu-west-1-router-route")).toMatchObject({
      spec: {
        rules: [
          {
            backendRefs: [
              { name: "router-blue", port: 8443, weight: 90 },
              { name: "router-green", port: 8443, weight: 10 },
            ],
          },
        ],
      },
    });
  });

  it("goes back by one value, and changes nothing else", async () => {
    const [before, after] = [await plan(canary), await plan({ ...canary, rollout: { ...canary.rollout, weight: 0 } })];
    const changed = after.filter((registration, index) => {
      const { type, name, inputs } = registration;
      return (
        !type.startsWith("hybrid-llm:") &&
        JSON.stringify([name, inputs]) !== JSON.stringify([before[index]?.name, before[index]?.inputs])
      );
    });
    expect(changed.map(({ name }) => name)).toEqual(["eu-west-1-router-route"]);
  });

  it("gives a changed configuration another ConfigMap, and its pods with it", async () => {
    const changed = {
      imageDigest: testDigest,
      config: parseRouterConfig({ backends: { openai: {} }, log: { level: "debug" } }, "test"),
    };
    const [before, after] = [await plan(base), await plan({ ...base, versions: { blue: changed } })];
    const [was = "", is = ""] = [...configNames(before), ...configNames(after)];
    expect(is).toMatch(/^router-blue-[0-9a-f]{12}$/);
    expect(is).not.toBe(was);
    const template = JSON.stringify(inputsOf(after, "eu-west-1-router-blue-deployment"));
    expect(template).toContain(is);
    expect(template).not.toContain(was);
  });

  it("has a fixed number or an autoscaler, never both", async () => {
    const scaled = await plan(base);
    expect(inputsOf(scaled, "eu-west-1-router-blue-deployment").spec).not.toHaveProperty("replicas");
    const fixed = await plan({ ...base, scaling: { replicas: 2 } });
    expect(inputsOf(fixed, "eu-west-1-router-blue-deployment")).toMatchObject({ spec: { replicas: 2 } });
    expect(fixed.map(({ type }) => type.split(":").at(-1))).not.toContain("HorizontalPodAutoscaler");
    // @ts-expect-error the type knows no Deployment with both
    const both: RouterClusterArgs = { ...base, scaling: { replicas: 2, autoscaling } };
    expect(both).toBeDefined();
  });

  it("holds one token, for Vault, and may write to its journal alone", async () => {
    const { spec } = inputsOf(await plan(base), "eu-west-1-router-blue-deployment") as {
      spec: {
        template: {
          spec: {
            automountServiceAccountToken: boolean;
            volumes: object[];
            containers: { volumeMounts: { name: string; readOnly?: boolean }[] }[];
          };
        };
      };
    };
    const pod = spec.template.spec;
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(pod.volumes.filter((volume) => JSON.stringify(volume).includes("serviceAccountToken"))).toEqual([
      {
        name: "vault-token",
        projected: {
          sources: [{ serviceAccountToken: { audience: "vault", expirationSeconds: 3600, path: "token" } }],
        },
      },
    ]);
    const writable = pod.containers.flatMap(({ volumeMounts }) => volumeMounts.filter(({ readOnly }) => !readOnly));
    expect(writable.map(({ name }) => name)).toEqual(["ledger"]);
  });

  it("needs no certificate within a mesh", async () => {
    const found = await plan({ ...base, security: { mode: "mesh" } });
    expect(found.map(({ type }) => type.split(":").at(-1))).not.toContain("Certificate");
    expect(JSON.stringify(inputsOf(found, "eu-west-1-router-blue-deployment"))).not.toContain("router-tls");
  });

  it("comes from the mirror behind an air gap", async () => {
    const versions = { blue: { imageDigest: testDigest, config: parseRouterConfig({}, "test") } };
    const text = rendered(await plan({ ...base, versions }, { airgapped: true }));
    expect([...text.matchAll(/image: (.+)/g)].map(([, reference]) => reference)).toEqual([`${mirror}/${image}`]);
  });

  it("comes from a repository that only a deployment knows", async () => {
    const found = await plan({ ...base, imageRepository: pulumi.output(imageRepository) });
    expect(rendered(found)).toContain(`image: ${image}`);
  });

  it("refuses a weight that nobody could give, an image without a digest, a version that is not listed", async () => {
    const messages: string[] = [];
    const found = await planned(() => {
      messages.length = 0;
      const attempt = (args: Partial<RouterClusterArgs>) => {
        try {
          new RouterCluster("refused", clusterScope(), { ...canary, ...args });
        } catch (error) {
          messages.push((error as Error).message);
        }
      };
      attempt({ route: undefined });
      attempt({ versions: { ...canary.versions, green: { ...green, imageDigest: "v2" } } });
      attempt({ rollout: { stable: "red" } });
    });
    expect(messages).toEqual([
      "router.rollout.weight: 10; without a gateway or a mesh nobody weighs requests: allowed is 0",
      "router.versions.green.imageDigest: v2; allowed is sha256: and 64 hexadecimal digits",
      "router.rollout: red is not listed; allowed: blue, green, old",
    ]);
    expect(found).toEqual([]);
  });
});

describe("autoscaling", () => {
  it("is that which was asked for where the stack says nothing", () => {
    expect(defaultAutoscaling(false)).toEqual({ minReplicas: 1, maxReplicas: 10, cpuPercent: 50 });
    expect(defaultAutoscaling(true)).toEqual({ minReplicas: 3, maxReplicas: 10, cpuPercent: 50 });
  });

  it("is what the stack says where it says something", () => {
    expect(scalingOf({ replicas: 2 }, true)).toEqual({ replicas: 2 });
    expect(scalingOf({ autoscaling }, true)).toEqual({ autoscaling });
    expect(scalingOf({}, true)).toEqual({ autoscaling: defaultAutoscaling(true) });
  });

  it("reads the gauge that the router shows", () => expect(inFlightMetric).toBe(metric.requestsActive));
});
