import { beforeAll, describe, expect, it } from "vitest";
import { parseStackConfig, type StackConfig } from "../../stacks/config/index.ts";
import { placeholdersOf, refusePlaceholders } from "../../stacks/placeholders.ts";
import { byName } from "../support/infra.ts";
import { clustersOf, planOf, stackOf } from "../support/plan.ts";
import { clusterRules, misnamed, unprovided } from "../support/plan-rules.ts";
import type { Registration } from "../support/pulumi-mocks.ts";
import { testDigest } from "../support/workloads.ts";

const named = (plan: readonly Registration[], type: RegExp): string[] =>
  plan.filter((one) => type.test(one.type)).map(({ name }) => name);
const name = { hostname: "llm.dev.example.com" };
const changed = (stack: string, changes: object): StackConfig =>
  parseStackConfig({ ...stackOf(stack), ...changes }, `Pulumi.${stack}.yaml`);

describe("what prod's traffic passes", () => {
  let plan: readonly Registration[] = [];
  beforeAll(async () => {
    plan = await planOf(stackOf("prod"));
  });
  const regions = ["ap-northeast-1", "eu-west-1", "us-east-1"];

  it("is an edge before three regions, each with a gateway behind a load balancer in the internet", () => {
    expect(named(plan, /:LoadBalancerPool$/)).toEqual(regions.map((region) => `edge-${region}-pool`));
    expect(named(plan, /:LoadBalancerMonitor$/)).toEqual(["edge-monitor"]);
    const balancers = plan.filter(({ type }) => type === "aws:lb/loadBalancer:LoadBalancer");
    expect(balancers.map(({ name, inputs }) => [name, inputs.internal])).toEqual(
      regions.map((region) => [`${region}-entry-balancer`, false]),
    );
    expect(named(plan, /:KongGateway$/)).toEqual(regions.map((region) => `${region}-gateway`));
    expect(named(plan, /:Gateway$/)).toEqual(regions.map((region) => `${region}-gateway-gateway`));
  });

  it("passes in no namespace without the mesh, a denial and who may come in", () => {
    const region = plan.filter(({ name }) => name.startsWith("eu-west-1-"));
    const homes = region.filter(
      ({ type, name }) =>
        type === "kubernetes:core/v1:Namespace" && name.includes("-home-") && !name.includes("-sandbox-"),
    );
    const inMesh = { "istio.io/dataplane-mode": "ambient" };
    for (const { inputs } of homes) expect(inputs.metadata).toMatchObject({ labels: inMesh });
    const own = homes.map(({ name }) => name.replace(/^eu-west-1-(.+)-home-namespace$/, "$1")).toSorted();
    expect(own).toEqual(["data", "gateway", "models", "observability", "router", "vault"]);
    const names = region.map(({ name }) => name);
    for (const of of own) expect(names).toContain(`eu-west-1-mesh-${of}-allow-nothing`);
    expect(named(region, /:NetworkPolicies$/).toSorted()).toEqual(["eu-west-1-policies", "eu-west-1-sandbox-policies"]);
    const open = region.filter(({ type }) => type.endsWith(":PeerAuthentication")).map(({ name }) => name);
    expect(open.toSorted()).toEqual([
      "eu-west-1-mesh-gateway-controller-open",
      "eu-west-1-mesh-gateway-gateway-open",
      "eu-west-1-mesh-observability-prometheus-adapter-open",
      "eu-west-1-mesh-observability-prometheus-open",
      "eu-west-1-mesh-strict",
      "eu-west-1-mesh-vault-vault-open",
    ]);
  });

  it("is a strict mesh, watched, and struck by no drill that isn't asked for", () => {
    expect(named(plan, /:Istio$/)).toEqual(regions.map((region) => `${region}-mesh`));
    expect(named(plan, /:PrometheusRule$/)).toEqual(regions.map((region) => `${region}-prometheus-rules`));
    expect(named(plan, /:Tracing$/)).toEqual(regions.map((region) => `${region}-tracing`));
    expect(named(plan, /:Schedule$/)).toEqual([]);
  });
});

describe("a waypoint", () => {
  it("is what requests to the router go by, and the router is then spoken to in plain text", async () => {
    const mesh = { kind: "istio", waypoints: true, proxyDigest: testDigest };
    const by = byName(await planOf(changed("dev", { mesh }), true));
    expect(by["eu-west-1-router-home-namespace"]?.inputs.metadata).toMatchObject({
      labels: { "istio.io/dataplane-mode": "ambient", "istio.io/use-waypoint": "waypoint" },
    });
    expect(by["eu-west-1-mesh-waypoint"]?.inputs.metadata).toMatchObject({ name: "waypoint", namespace: "router" });
    expect(JSON.stringify(by["eu-west-1-prometheus-router-monitor"]?.inputs)).not.toContain("https");
  });
});

describe("images that nobody named", () => {
  const unnamed = parseStackConfig(
    JSON.parse(JSON.stringify(stackOf("prod")).replaceAll("1".repeat(64), "0".repeat(64))),
    "Pulumi.prod.yaml",
  );

  it("are in a plan, and refused, all at once, before anything is deployed", async () => {
    if (unnamed.kind === "local") throw new Error("not in a cluster");
    expect(named(await planOf(unnamed, true), /:KongGateway$/)).toHaveLength(3);
    expect(placeholdersOf(unnamed)).toEqual([
      "router.versions.current.imageDigest: zeros; the router, as npm run image tells it",
      "gateway.controllerDigest: zeros; kong/kubernetes-ingress-controller 3.5.10",
      "observability.adapterDigest: zeros; prometheus-adapter v0.12.0",
      ...["operator", "metricsServer", "webhooks"].map(
        (part) => `models.autoscaling.digests.${part}: zeros; KEDA 2.18.1`,
      ),
    ]);
    expect(() => refusePlaceholders(unnamed, false)).toThrow(placeholdersOf(unnamed).join("\n  "));
    expect(() => refusePlaceholders(unnamed, true)).not.toThrow();
  });

  it("of the router come once their repository is there, and before anybody waits for the router", () => {
    const dev = parseStackConfig(
      JSON.parse(JSON.stringify(stackOf("dev")).replace(/(?<="imageDigest":"sha256:)1+/, "0".repeat(64))),
      "Pulumi.dev.yaml",
    );
    if (dev.kind === "local") throw new Error("not in a cluster");
    expect(placeholdersOf(dev)).toHaveLength(1);
    expect(() => refusePlaceholders(dev, false)).not.toThrow();
    const ready = { ...dev, secrets: { ...dev.secrets, vaultReady: true } };
    expect(() => refusePlaceholders(ready, false)).toThrow("router.versions.current.imageDigest: zeros");
  });
});

describe("behind an air gap", () => {
  it("no load balancer is made, no provider is named, and nobody may talk to the internet", async () => {
    const gateway = { kind: "kong", hostname: "llm.internal.example.com", controllerDigest: testDigest };
    const plan = await planOf(changed("airgap", { gateway, chaos: { enabled: true } }));
    const text = JSON.stringify(plan);
    expect(named(plan, /:KongGateway$/)).toEqual(["site-a-gateway"]);
    expect(text).not.toMatch(/"type":"LoadBalancer"|TargetGroupBinding|api\.openai\.com/);
    expect(named(plan, /^(?:aws|cloudflare):/)).toEqual([]);
    const policies = plan.filter(({ type }) => type.endsWith(":NetworkPolicy"));
    expect(policies.length).toBeGreaterThan(5);
    const by = byName(plan);
    const strikes = { "chaos-mesh.org/inject": "enabled" };
    for (const home of ["data", "router"]) {
      expect(by[`site-a-${home}-home-namespace`]?.inputs.metadata).toMatchObject({ annotations: strikes });
    }
    expect(by["site-a-vault-home-namespace"]?.inputs.metadata).not.toHaveProperty("annotations");
    expect(JSON.stringify(policies)).not.toContain("0.0.0.0/0");
    expect(named(plan, /:Schedule$/)).toEqual([
      "site-a-chaos-redis-loss",
      "site-a-chaos-region-loss",
      "site-a-chaos-router-pod-kill",
    ]);
  });
});

const certificateArns = { "eu-west-1": "arn:aws:acm:eu-west-1:123456789012:certificate/1" };
const gateway = { kind: "kong", hostname: "llm.dev.example.com", controllerDigest: testDigest, exposure: "internet" };
const variants: Record<string, object> = {
  "an API gateway and Route 53": {
    gateway: { kind: "aws-api-gateway", ...name, certificateArns },
    edge: { kind: "route53", zone: "example.com", zoneId: "Z0123456789", ...name },
  },
  "an accelerator": { gateway, edge: { kind: "global-accelerator", zoneId: "Z0123456789", ...name } },
  "drills and a waypoint": {
    gateway,
    mesh: { kind: "istio", waypoints: true, proxyDigest: testDigest },
    chaos: { enabled: true, namespaces: ["router"] },
  },
  "spans that leave, and no metrics": {
    observability: { traces: { kind: "otlp", endpoint: "https://otlp.example.com" }, metrics: false },
  },
  "nothing of all this": { gateway: { kind: "none" }, observability: { traces: { kind: "none" }, metrics: false } },
};

describe.each(Object.entries(variants))("a stack with %s", (_, changes) => {
  let plan: readonly Registration[] = [];
  beforeAll(async () => {
    plan = await planOf(changed("dev", changes), true);
  });

  it("is whole: each resource has a provider, a component and a name of its own", () => {
    expect(unprovided(plan)).toEqual([]);
    expect(misnamed(plan, "hybrid-llm-test")).toEqual([]);
    for (const [rule, check] of Object.entries(clusterRules)) {
      for (const cluster of clustersOf(plan)) expect(check(cluster), rule).toEqual([]);
    }
    expect(named(plan, /:(?:ApiGateway|KongGateway|Istio|ChaosMesh|Tracing|Prometheus|\w+Edge)$/)).toMatchSnapshot();
  });
});
