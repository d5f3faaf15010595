import { describe, expect, it } from "vitest";
import { ChaosMesh, type ChaosMeshArgs, drills } from "../../infra/chaos/index.ts";
import { refuseDefaultProviders } from "../../infra/region/index.ts";
import { children, clusterScope, inputsOf, mirror, planned, rendered } from "../support/workloads.ts";

const args: ChaosMeshArgs = {
  podKillEvery: "@every 1m",
  namespaces: ["router", "data"],
  provider: "openai",
  redis: { namespace: "data", name: "redis" },
  slo: { availabilityPercent: 99.5, firstChunkSeconds: 5.12, firstChunkPercent: 95 },
};
const plan = (changes: Partial<ChaosMeshArgs> = {}, scope: Parameters<typeof clusterScope>[0] = {}) =>
  planned(() => {
    refuseDefaultProviders();
    new ChaosMesh("eu-west-1-chaos", clusterScope(scope), { ...args, ...changes });
  });
const annotationsOf = (inputs: Record<string, unknown>) =>
  (inputs.metadata as { annotations: Record<string, string> }).annotations;

describe("Chaos Mesh", () => {
  it("kills a router every minute, and keeps everything else until it's asked for", async () => {
    const found = await plan();
    expect(children(found)).toEqual([
      "ChaosMesh eu-west-1-chaos < the stack",
      "ChartRelease eu-west-1-chaos-chart < eu-west-1-chaos",
      "Release eu-west-1-chaos-chart-release < eu-west-1-chaos-chart",
      "Namespace eu-west-1-chaos-namespace < eu-west-1-chaos",
      "OperatorPolicies eu-west-1-chaos-policies < eu-west-1-chaos",
      "NetworkPolicy eu-west-1-chaos-policies-all-egress < eu-west-1-chaos-policies",
      "NetworkPolicy eu-west-1-chaos-policies-all-ingress < eu-west-1-chaos-policies",
      "NetworkPolicy eu-west-1-chaos-policies-allow-dns < eu-west-1-chaos-policies",
      "NetworkPolicy eu-west-1-chaos-policies-deny-all < eu-west-1-chaos-policies",
      "Schedule eu-west-1-chaos-provider-delay < eu-west-1-chaos",
      "Schedule eu-west-1-chaos-provider-partition < eu-west-1-chaos",
      "Schedule eu-west-1-chaos-redis-loss < eu-west-1-chaos",
      "Schedule eu-west-1-chaos-region-loss < eu-west-1-chaos",
      "Schedule eu-west-1-chaos-router-pod-kill < eu-west-1-chaos",
    ]);
    expect(inputsOf(found, "eu-west-1-chaos-router-pod-kill")).toMatchObject({
      spec: {
        schedule: "@every 1m",
        type: "PodChaos",
        podChaos: {
          action: "pod-kill",
          mode: "one",
          selector: { namespaces: ["router"], labelSelectors: { "app.kubernetes.io/name": "router" } },
        },
      },
    });
    const schedules = found.filter(({ inputs }) => inputs.kind === "Schedule");
    const paused = schedules.filter(
      ({ inputs }) => annotationsOf(inputs)["experiment.chaos-mesh.org/pause"] === "true",
    );
    expect(schedules.filter((schedule) => !paused.includes(schedule)).map(({ name }) => name)).toEqual([
      "eu-west-1-chaos-router-pod-kill",
    ]);
    for (const { inputs } of schedules) {
      expect(annotationsOf(inputs)["hybrid-llm/slo-query"]).toMatch(/<= bool 0\.0+5$|<= bool 0\.05$/);
      expect(String((inputs.metadata as { name: string }).name).length).toBeLessThanOrEqual(57);
    }
    await expect(rendered(found)).toMatchFileSnapshot("golden/chaos.yaml");
  });

  it("strikes in namespaces alone that let it in", async () => {
    const found = await plan();
    expect(inputsOf(found, "eu-west-1-chaos-chart-release")).toMatchObject({
      values: { controllerManager: { enableFilterNamespace: true }, dashboard: { create: false } },
    });
    expect(drills({ ...args, namespaces: ["router"] }).map(({ name }) => name)).toEqual([
      "router-pod-kill",
      "provider-delay",
      "provider-partition",
      "region-loss",
    ]);
    expect(drills({ ...args, namespaces: [] })).toEqual([]);
  });

  it("cuts off what is outside of the cluster by its name, and no provider behind an air gap", async () => {
    const [redis] = drills({ ...args, redis: { hosts: ["cache.example.com"] } }).filter(
      ({ name }) => name === "redis-loss",
    );
    expect(redis?.spec.networkChaos).toMatchObject({ externalTargets: ["cache.example.com"] });
    const found = await plan({ provider: undefined }, { airgapped: true });
    expect(rendered(found)).not.toMatch(/api\.(?:openai|anthropic)\.com|googleapis/);
    const [registry, ...path] = mirror.split("/");
    expect(inputsOf(found, "eu-west-1-chaos-chart-release")).toMatchObject({
      values: { chaosDaemon: { image: { registry, repository: `${path.join("/")}/ghcr.io/chaos-mesh/chaos-daemon` } } },
    });
  });

  it("is refused in production without a list of what may be struck", async () => {
    let message = "";
    await planned(() => {
      try {
        new ChaosMesh("eu-west-1-chaos", clusterScope({ production: true }), { ...args, namespaces: [] });
      } catch (error) {
        message = (error as Error).message;
      }
    });
    expect(message).toBe("chaos.namespaces: empty; in production allowed is a list of what may be struck");
  });
});
