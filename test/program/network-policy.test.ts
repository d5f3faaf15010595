import { describe, expect, it } from "vitest";
import { internet, Namespace, NetworkPolicies, namespaces, platformFlows } from "../../infra/network-policy/index.ts";
import { refuseDefaultProviders } from "../../infra/region/index.ts";
import { children, clusterScope, inputsOf, planned, rendered } from "../support/workloads.ts";

const quota = { pods: 30, cpu: "20", memory: "20Gi" };

describe("a namespace", () => {
  it("denies, confines and limits by itself", async () => {
    const found = await planned(() => {
      refuseDefaultProviders();
      new Namespace("eu-west-1-models", clusterScope(), {
        name: "models",
        quota: { ...quota, gpus: 4, volumes: 8 },
        ambient: true,
      });
    });
    expect(children(found)).toEqual([
      "Namespace eu-west-1-models < the stack",
      "NetworkPolicy eu-west-1-models-allow-dns < eu-west-1-models",
      "NetworkPolicy eu-west-1-models-allow-probes < eu-west-1-models",
      "NetworkPolicy eu-west-1-models-deny-all < eu-west-1-models",
      "LimitRange eu-west-1-models-limits < eu-west-1-models",
      "Namespace eu-west-1-models-namespace < eu-west-1-models",
      "ResourceQuota eu-west-1-models-quota < eu-west-1-models",
    ]);
    await expect(rendered(found)).toMatchFileSnapshot("golden/namespace.yaml");
  });

  it("may lead nowhere at all, or let the world in by a number", async () => {
    const found = await planned(() => {
      const scope = clusterScope();
      new Namespace("silent", scope, { name: "silent", quota, dns: false });
      new Namespace("gateway", scope, {
        name: "gateway",
        quota: { ...quota, loadBalancers: 1 },
        podSecurity: "baseline",
      });
    });
    expect(found.map(({ name }) => name).filter((name) => name.startsWith("silent-"))).toEqual([
      "silent-deny-all",
      "silent-limits",
      "silent-namespace",
      "silent-quota",
    ]);
    expect(inputsOf(found, "silent-quota")).toMatchObject({ spec: { hard: { "services.loadbalancers": "0" } } });
    expect(inputsOf(found, "gateway-quota")).toMatchObject({ spec: { hard: { "services.loadbalancers": "1" } } });
    expect(inputsOf(found, "gateway-namespace")).toMatchObject({
      metadata: { labels: { "pod-security.kubernetes.io/enforce": "baseline" } },
    });
  });
});

describe("network policies", () => {
  const parties = {
    airgapped: true,
    routerPort: 8443,
    gateway: true,
    ollama: true,
    triton: true,
    tritonReadsStore: false,
    postgres: "cluster",
    redis: "cluster",
    chroma: false,
    vault: "cluster",
    observability: true,
    keda: true,
  } as const;
  const own = [namespaces.router, namespaces.models, namespaces.data, namespaces.vault, namespaces.observability];

  it("leave an air-gapped cluster no way out", async () => {
    const found = await planned(() => {
      refuseDefaultProviders();
      new NetworkPolicies("site-a-network", clusterScope({ airgapped: true }), { flows: platformFlows(parties), own });
    });
    const text = rendered(found);
    expect(text).not.toContain("ipBlock");
    await expect(text).toMatchFileSnapshot("golden/network-policies-airgap.yaml");
  });

  it("refuse a table that leads out of an air-gapped cluster", async () => {
    let message = "";
    await planned(() => {
      const flows = platformFlows({ ...parties, airgapped: false });
      expect(flows.some(({ to }) => to === internet)).toBe(true);
      try {
        new NetworkPolicies("site-a-network", clusterScope({ airgapped: true }), { flows, own });
      } catch (error) {
        message = (error as Error).message;
      }
    });
    expect(message).toBe(
      '{"namespace":"router","name":"router"} may talk to the internet (models of providers answer): allowed in an air-gapped region are pods and networks of one\'s own',
    );
  });
});
