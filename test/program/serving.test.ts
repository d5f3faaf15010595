import { beforeAll, describe, expect, it } from "vitest";
import { parseStackConfig, type StackConfig } from "../../stacks/config/index.ts";
import { mostReplicasOf } from "../../stacks/model-room.ts";
import { routerRepositoriesOf } from "../../stacks/router-images.ts";
import { byName } from "../support/infra.ts";
import { planOf, stackOf } from "../support/plan.ts";
import type { Registration } from "../support/pulumi-mocks.ts";
import { inputsOf, testDigest } from "../support/workloads.ts";

const changed = (stack: string, changes: object): StackConfig =>
  parseStackConfig({ ...stackOf(stack), ...changes }, `Pulumi.${stack}.yaml`);
const named = (plan: readonly Registration[], type: RegExp): string[] =>
  plan.flatMap((one) => (type.test(one.type) ? [one.name] : []));
const versions = { blue: { imageDigest: testDigest }, green: { imageDigest: testDigest } };
const configOf = (plan: readonly Registration[], name: string) =>
  JSON.parse((inputsOf(plan, name) as { data: Record<string, string> }).data["router.json"] ?? "null");

describe("the router of prod", () => {
  let plan: readonly Registration[] = [];
  const at = (name: string) => byName(plan)[`eu-west-1-${name}`]?.inputs as Record<string, never>;
  beforeAll(async () => {
    plan = await planOf(stackOf("prod"));
  });

  it("runs in each region, from the region's own images, behind the region's gateway", () => {
    const regions = ["ap-northeast-1", "eu-west-1", "us-east-1"];
    expect(named(plan, /:RouterCluster$/)).toEqual(regions.map((region) => `${region}-router`));
    expect(named(plan, /:HTTPRoute$/)).toEqual(regions.map((region) => `${region}-router-route`));
    const image = `222222222222.dkr.ecr.eu-west-1.amazonaws.com/hybrid-llm-test/router@sha256:${"1".repeat(64)}`;
    expect(JSON.stringify(at("router-current-deployment"))).toContain(`"image":"${image}"`);
    expect(at("router-route")).toMatchObject({
      spec: {
        hostnames: ["llm.example.com"],
        parentRefs: [{ kind: "Gateway", name: "gateway", namespace: "gateway" }],
        rules: [{ backendRefs: [{ name: "router-current", port: 8443, weight: 100 }] }],
      },
    });
  });

  it("is pulled from where it is pushed to, though a region has all else from a mirror", async () => {
    const stack = stackOf("dev");
    if (stack.kind !== "cloud") throw new Error("not in a cloud");
    const regions = stack.regions.map((region) => ({ ...region, registryMirror: "mirror.example.com" }));
    const mirrored = byName(await planOf({ ...stack, regions }));
    const [pushed = ""] = routerRepositoriesOf(stack, "hybrid-llm-test");
    expect(JSON.stringify(mirrored["eu-west-1-router-current-deployment"]?.inputs)).toContain(`"image":"${pushed}@`);
    expect(JSON.stringify(mirrored["eu-west-1-tracing-collector"]?.inputs)).toContain('"image":"mirror.example.com/');
  });

  it("scales between three and ten, and may be drained", () => {
    expect(at("router-current-autoscaler")).toMatchObject({
      apiVersion: "autoscaling/v2",
      spec: { minReplicas: 3, maxReplicas: 10 },
    });
    expect(at("router-current-disruption-budget")).toMatchObject({ spec: { maxUnavailable: 1 } });
  });

  it("has room for each version at its most, and as many that go meanwhile", async () => {
    const hard = (pods: string, cpu: string, memory: string) => ({
      spec: { hard: { pods, "requests.cpu": cpu, "requests.memory": memory } },
    });
    expect(at("router-home-quota")).toMatchObject(hard("30", "12", "12Gi"));
    const router = {
      versions,
      rollout: { stable: "blue", candidate: "green", weight: 0 },
      replicas: 100,
      resources: { cpu: "1.5", memory: "2Gi" },
    };
    const grown = byName(await planOf(changed("dev", { router })));
    expect(grown["eu-west-1-router-home-quota"]?.inputs).toMatchObject(hard("410", "602", "802Gi"));
  });

  it("may spend its region's share of the day, and asks the models that are deployed", () => {
    const config = configOf(plan, "eu-west-1-router-current-config");
    expect(config.budgets.stack.day * 3).toBeCloseTo(500);
    expect(config.backends.local.models).toEqual(["llama3:8b", "mistral:7b"]);
    expect(config.backends.triton.triton.models.alignment.versions).toEqual({ 1: 90, 2: 10 });
    expect(config.telemetry.otlpEndpoint).toContain("collector.observability");
    expect(at("triton-models")).toMatchObject({ immutable: true });
    const settings = at("triton-models") as unknown as { data: Record<string, string> };
    expect(JSON.parse(settings.data["models.json"] ?? "")).toMatchObject([{ versions: [1, 2] }]);
  });

  it("is waited for once its Secrets come, and not before", async () => {
    const skip = { metadata: { annotations: { "pulumi.com/skipAwait": "true" } } };
    const waiting = ["router-service", "router-current-service", "router-current-deployment"];
    for (const name of waiting) expect(at(name)).toMatchObject(skip);
    const { secrets } = stackOf("dev") as { secrets: object };
    const vaultAddresses = { "eu-west-1": "https://vault.example.com" };
    const second = byName(await planOf(changed("dev", { secrets: { ...secrets, vaultReady: true, vaultAddresses } })));
    for (const name of waiting) expect(second[`eu-west-1-${name}`]?.inputs).not.toMatchObject(skip);
  });
});

describe("two versions", () => {
  const router = (rollout: object) => ({ versions, rollout });

  it("share requests out by one value, and what is listed stays", async () => {
    const plan = await planOf(changed("dev", { router: router({ stable: "blue", candidate: "green", weight: 10 }) }));
    expect(byName(plan)["eu-west-1-router-route"]?.inputs).toMatchObject({
      spec: { rules: [{ backendRefs: [{ weight: 90 }, { weight: 10 }] }] },
    });
    const back = await planOf(changed("dev", { router: router({ stable: "blue" }) }));
    expect(named(back, /:RouterDeployment$/)).toEqual(["eu-west-1-router-blue"]);
    expect(byName(back)["eu-west-1-router-green-config"]?.inputs).toEqual(
      byName(plan)["eu-west-1-router-green-config"]?.inputs,
    );
  });

  it("are weighed within the cluster too where there is a waypoint", async () => {
    const mesh = { kind: "istio", waypoints: true, proxyDigest: testDigest };
    const plan = await planOf(
      changed("dev", { mesh, router: { ...router({ stable: "blue" }), callers: ["grading"] } }),
    );
    const route = byName(plan)["eu-west-1-router-route"]?.inputs as { spec: { parentRefs: { kind: string }[] } };
    expect(route.spec.parentRefs.map(({ kind }) => kind)).toEqual(["Gateway", "Service"]);
    expect(route.spec).not.toHaveProperty("hostnames");
    const at = (name: string) => byName(plan)[`eu-west-1-${name}`]?.inputs;
    const ingress = JSON.stringify(at("policies-router-waypoint-ingress"));
    expect(ingress).toContain('"kubernetes.io/metadata.name":"grading"');
    const { spec } = at("policies-router-waypoint-egress") as {
      spec: { egress: { to: { namespaceSelector: { matchLabels: object } }[]; ports: { port: number }[] }[] };
    };
    const places = spec.egress.map(({ to, ports }) => [
      ...to.flatMap(({ namespaceSelector }) => Object.values(namespaceSelector.matchLabels)),
      ports[0]?.port,
    ]);
    // Without istiod it would have no certificate, and never be ready.
    expect(places).toEqual([
      ["istio-system", 15012],
      ["observability", 4317],
      ["router", 8080],
    ]);
    expect(JSON.stringify(at("mesh-observability-all-allow"))).toContain('"namespaces":["router"]');
  });
});

describe("a router without a gateway", () => {
  it("is asked by the namespaces that are named, and by nobody else", async () => {
    const { router } = stackOf("cluster") as { router: object };
    const plan = await planOf(changed("cluster", { router: { ...router, callers: ["grading"] } }));
    expect(named(plan, /:HTTPRoute$/)).toEqual([]);
    const policy = byName(plan)["main-policies-router-router-ingress"]?.inputs as {
      spec: { ingress: { from: { namespaceSelector: { matchLabels: Record<string, string> } }[] }[] };
    };
    const askers = policy.spec.ingress.flatMap(({ from }) =>
      from.map(({ namespaceSelector }) => Object.values(namespaceSelector.matchLabels)[0]),
    );
    expect(askers.toSorted()).toEqual(["grading", "observability"]);
  });
});

describe("models", () => {
  it("run where their pool is, and scale to what it has room for beside each other", async () => {
    const registered = await planOf(stackOf("prod"));
    const plan = byName(registered);
    const pod = (name: string) =>
      JSON.stringify((inputsOf(registered, `us-east-1-${name}`) as { spec: { template: object } }).spec.template);
    for (const name of ["ollama-pool", "triton-deployment"]) {
      expect(pod(name)).toContain('"nodeSelector":{"hybrid-llm.io/pool":"inference"}');
    }
    for (const name of ["ollama-scaler", "triton-scaler"]) {
      expect(plan[`us-east-1-${name}`]?.inputs).toMatchObject({ spec: { minReplicaCount: 1, maxReplicaCount: 3 } });
    }
    expect(plan["us-east-1-models-home-quota"]?.inputs).toMatchObject({
      spec: { hard: { "requests.nvidia.com/gpu": "6", persistentvolumeclaims: "3" } },
    });
    expect(plan["us-east-1-prometheus-triton-monitor"]).toBeDefined();
    expect(plan["us-east-1-triton-identity-policy"]?.inputs.policy).toContain("arn:aws:s3:::example-models/triton/*");
  });

  it("keep their number where nobody scales them, or there is no more room", () => {
    const { models } = stackOf("prod") as Exclude<StackConfig, { kind: "local" }>;
    const { autoscaling: _, ...fixed } = models;
    const pools = [{ name: "inference", maxGpus: 2 }];
    expect(mostReplicasOf(fixed, "ollama", pools)).toBe(1);
    expect(mostReplicasOf(models, "ollama", pools)).toBe(1);
    expect(mostReplicasOf(models, "ollama", [{ name: "inference", maxGpus: 8 }])).toBe(7);
    expect(mostReplicasOf(models, "ollama", [])).toBe(1);
    const said = { ...models, ollama: { ...models.ollama, maxReplicas: 5 } } as typeof models;
    const most = (maxGpus: number) => mostReplicasOf(said, "ollama", [{ name: "inference", maxGpus }]);
    expect([most(8), most(6), most(3)]).toEqual([5, 5, 2]);
    expect(mostReplicasOf(said, "ollama", [])).toBe(5);
  });

  it("leave room for the claim that Triton's models lie on, which others make", async () => {
    const triton = {
      repository: "pvc://weights/triton",
      models: [{ name: "a", versions: [{ version: 1, weight: 100 }] }],
    };
    const plan = byName(await planOf(changed("cluster", { models: { triton } })));
    expect(plan["main-models-home-quota"]?.inputs).toMatchObject({ spec: { hard: { persistentvolumeclaims: "1" } } });
  });

  it("ask for no less than what pulling them takes, so that a quota of what they serve with is enough", async () => {
    const least = { resources: { cpus: 0.25, memoryGiB: 1 } };
    const { spec } = inputsOf(await planOf(changed("cluster", { models: { ollama: least } })), "main-ollama-pool") as {
      spec: { template: { spec: { initContainers: { resources: { requests: object } }[] } } };
    };
    expect(spec.template.spec.initContainers.map(({ resources }) => resources.requests)).toEqual([
      { cpu: "250m", memory: "512Mi" },
    ]);
    expect(() => changed("cluster", { models: { ollama: { resources: { cpus: 0.2 } } } })).toThrow("0.25");
  });

  it("behind an air gap are pulled from the site's own store, and nothing else is let out", async () => {
    const plan = byName(await planOf(stackOf("airgap")));
    expect(JSON.stringify(plan["site-a-ollama-pool"]?.inputs)).toContain("models.internal.example.com/library/llama3");
    const egress = plan["site-a-policies-models-ollama-egress"]?.inputs as { spec: { egress: unknown } };
    expect(egress.spec.egress).toEqual([
      { to: [{ ipBlock: { cidr: "10.201.0.0/24" } }], ports: [{ port: 443, protocol: "TCP" }] },
    ]);
  });
});

describe("a sandbox", () => {
  it("is closed, and its controller alone may ask the API servers", async () => {
    const plan = byName(await planOf(changed("dev", { sandbox: { verifier: { pods: 3 } } })));
    expect(plan["eu-west-1-sandbox-verifier-quota"]?.inputs).toMatchObject({ spec: { hard: { pods: "3" } } });
    expect(plan["eu-west-1-sandbox-verifier-allow-dns"]).toBeUndefined();
    const egress = plan["eu-west-1-sandbox-policies-sandbox-sandbox-controller-egress"]?.inputs;
    expect(JSON.stringify(egress)).toMatch(/"cidr":"10\.10\.\d+\.0\/\d+"/);
    expect(JSON.stringify(egress)).toContain('"cidr":"172.20.0.1/32"');
    expect(plan["eu-west-1-policies-sandbox-sandbox-controller-egress"]).toBeUndefined();
  });

  it("is there only where it is asked for", async () => {
    expect(named(await planOf(stackOf("dev")), /:Sandbox$/)).toEqual([]);
  });
});
