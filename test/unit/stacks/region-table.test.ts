import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { authorizationsOf, openPortsOf } from "../../../infra/mesh/index.ts";
import { isPods } from "../../../infra/network-policy/index.ts";
import { parseStackConfig } from "../../../stacks/config/index.ts";
import { type RegionNetworks, regionFlows } from "../../../stacks/region-table.ts";
import { stackOf } from "../../support/plan.ts";
import { testDigest } from "../../support/workloads.ts";

const own = ["router", "data", "vault", "gateway", "observability"];
const networks: RegionNetworks = {
  apiServers: [{ cidr: "10.1.0.0/24" }],
  clients: [{ cidr: "10.0.0.0/8" }],
  vaults: [{ cidr: "10.2.0.0/24" }, { cidr: "10.3.0.0/24" }],
  dataSubnets: [{ cidr: "10.4.0.0/24" }, { cidr: "10.5.0.0/24" }],
};
const external = { vault: { mode: "external", address: "https://vault.example.com" } };

function flowsOf(changes: object, stack = "dev") {
  const config = parseStackConfig({ ...stackOf(stack), ...changes }, `Pulumi.${stack}.yaml`);
  if (config.kind === "local") throw new Error("not in a cluster");
  return regionFlows(config, networks);
}

describe("the table of a region", () => {
  it("opens ports of named workloads alone, whatever the stores are", () => {
    const choices = fc.record({
      data: fc.record({
        postgres: fc.record({ provider: fc.constantFrom("cloudnative-pg", "rds", "aurora") }),
        redis: fc.record({ provider: fc.constantFrom("valkey", "redis", "elasticache") }),
        chroma: fc.constantFrom(undefined, { storageGiB: 1 }),
      }),
      secrets: fc.constantFrom({ vault: { mode: "deploy", unseal: "kms" } }, external),
      chaos: fc.record({ enabled: fc.boolean() }),
    });
    fc.assert(
      fc.property(choices, (changes) => {
        const flows = flowsOf(changes);
        const open = Object.fromEntries(
          openPortsOf(flows, own).map(({ pods, ports }) => [`${pods.namespace}/${pods.name}`, ports]),
        );
        const inCluster = changes.data.postgres.provider === "cloudnative-pg";
        const deployed = changes.secrets !== external;
        expect(open["data/postgresql"]).toEqual(inCluster ? [5432, 8000] : undefined);
        expect(open["vault/vault"]).toEqual(deployed ? [8200] : undefined);
        expect(open["router/router"]).toBeUndefined();
      }),
      { numRuns: 30 },
    );
  });

  it("lets requests in to what the stack's gateway stands before, and to nothing else", () => {
    const entered = (gateway: object) =>
      flowsOf({ gateway })
        .filter(({ from }) => from === networks.clients[0])
        .map(({ to, ports }) => [to, ports]);
    const hostname = "llm.dev.example.com";
    const certificateArns = { "eu-west-1": "arn:aws:acm:eu-west-1:123456789012:certificate/1" };
    expect(entered({ kind: "none" })).toEqual([]);
    expect(entered({ kind: "kong", hostname, controllerDigest: testDigest })).toEqual([
      [{ namespace: "gateway", name: "gateway" }, [8443]],
    ]);
    expect(entered({ kind: "aws-api-gateway", hostname, certificateArns })).toEqual([
      [{ namespace: "router", name: "router" }, [8443]],
    ]);
  });

  it("opens Prometheus to KEDA where models scale by it, and nowhere else", () => {
    const askers = (models: object) =>
      flowsOf({ models, observability: { metrics: true } })
        .filter(({ to, ports }) => isPods(to) && to.name === "prometheus" && ports.includes(9090))
        .map(({ from }) => (isPods(from) ? from.namespace : from));
    const digests = { operator: testDigest, metricsServer: testDigest, webhooks: testDigest };
    const ollama = { models: ["llama3:8b"] };
    expect(askers({ ollama, autoscaling: { digests } })).toContain("keda");
    for (const models of [{ ollama }, {}]) expect(askers(models)).not.toContain("keda");
  });

  it("leads the router to the Vault that there is, in each of its networks", () => {
    const vaultOf = (changes: object) =>
      flowsOf(changes)
        .filter(({ from, ports }) => isPods(from) && from.namespace === "router" && ports.includes(8200))
        .map(({ to }) => to);
    expect(vaultOf({})).toEqual([{ namespace: "vault" }]);
    expect(vaultOf({ secrets: external })).toEqual(networks.vaults);
  });

  it("says in certificates who asks the stores: the router by its account, the operators by where they are", () => {
    const serviceAccounts = { "router/router": "router" };
    const policies = authorizationsOf(flowsOf({}), { own, serviceAccounts });
    const sources = (id: string) =>
      policies
        .filter(({ namespace, name }) => `${namespace}/${name}` === id)
        .flatMap(({ spec }) => spec.rules ?? [])
        .flatMap(({ from, to }) =>
          from.map(({ source }) => [source, ...to.flatMap(({ operation }) => operation.ports)]),
        );
    const router = { principals: ["cluster.local/ns/router/sa/router"] };
    expect(sources("data/all-allow")).toContainEqual([router, "6379"]);
    expect(sources("data/all-allow")).not.toContainEqual([{ ipBlocks: ["0.0.0.0/0"] }, "5432", "8000"]);
    expect(sources("data/postgresql-allow")).toEqual([[{ ipBlocks: ["0.0.0.0/0"] }, "8000", "5432"]]);
    expect(sources("vault/all-allow")).toContainEqual([router, "8200"]);
  });

  it("lets backups out where a bucket is, and from an air gap to a network of one's own alone", () => {
    const backups = (bucket: object) => ({ data: { postgres: { backups: bucket } } });
    const out = (changes: object, stack?: string) =>
      flowsOf(changes, stack)
        .filter(({ because }) => because === "backups and the log are kept elsewhere")
        .map(({ to }) => to);
    expect(out({})).toEqual(["internet"]);
    expect(out({}, "cluster")).toEqual([]);
    const own = { bucket: "backups", endpoint: "https://s3.example.com", credentialsSecret: "s3" };
    expect(out(backups({ ...own, network: "10.9.0.0/24" }), "airgap")).toEqual([{ cidr: "10.9.0.0/24" }]);
  });
});
