import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { gatewayFlows } from "../../infra/gateway/index.ts";
import {
  authorizationsOf,
  Istio,
  type IstioArgs,
  meshReference,
  openPortsOf,
  waypointFlows,
} from "../../infra/mesh/index.ts";
import { type Flow, platformFlows } from "../../infra/network-policy/index.ts";
import { refuseDefaultProviders } from "../../infra/region/index.ts";
import { children, clusterScope, inputsOf, mirror, planned, rendered, testDigest } from "../support/workloads.ts";

const own = ["gateway", "router", "models", "observability"];
const network = { cidr: "10.0.0.0/16" };
const flows: Flow[] = [
  ...platformFlows({
    airgapped: true,
    routerPort: 8443,
    gateway: true,
    ollama: true,
    triton: false,
    tritonReadsStore: false,
    postgres: network,
    redis: network,
    chroma: false,
    vault: network,
    observability: true,
    keda: true,
  }),
  ...gatewayFlows({ clients: [network], apiServers: [network], observability: true }),
];
const args: Omit<IstioArgs, "intermediate"> = {
  trustBundlePem: "the roots\n",
  flows,
  own,
  serviceAccounts: { "router/router": "router" },
  otlp: { service: "collector.observability.svc.cluster.local", port: 4317 },
  gatewayApi: [],
};
const plan = (changes: Partial<IstioArgs> = {}, scope: Parameters<typeof clusterScope>[0] = {}) =>
  planned(() => {
    refuseDefaultProviders();
    const intermediate = {
      certificatePem: pulumi.output("intermediate\n"),
      chainPem: pulumi.output("intermediate\n"),
      privateKeyPem: pulumi.secret("the key\n"),
    };
    new Istio("eu-west-1-mesh", clusterScope(scope), { ...args, intermediate, ...changes });
  });

describe("the mesh", () => {
  it("is Istio's four charts, an authority of ours, and the table once more", async () => {
    const found = await plan();
    expect(children(found).map((line) => line.replace(/ < eu-west-1-mesh$/, ""))).toMatchInlineSnapshot(`
      [
        "Istio eu-west-1-mesh < the stack",
        "Secret eu-west-1-mesh-authority",
        "ChartRelease eu-west-1-mesh-base",
        "Release eu-west-1-mesh-base-release < eu-west-1-mesh-base",
        "ChartRelease eu-west-1-mesh-cni",
        "Release eu-west-1-mesh-cni-release < eu-west-1-mesh-cni",
        "AuthorizationPolicy eu-west-1-mesh-gateway-allow-nothing",
        "AuthorizationPolicy eu-west-1-mesh-gateway-controller-allow",
        "PeerAuthentication eu-west-1-mesh-gateway-controller-open",
        "AuthorizationPolicy eu-west-1-mesh-gateway-gateway-allow",
        "PeerAuthentication eu-west-1-mesh-gateway-gateway-open",
        "ChartRelease eu-west-1-mesh-istiod",
        "Release eu-west-1-mesh-istiod-release < eu-west-1-mesh-istiod",
        "AuthorizationPolicy eu-west-1-mesh-models-allow-nothing",
        "AuthorizationPolicy eu-west-1-mesh-models-ollama-allow",
        "Namespace eu-west-1-mesh-namespace",
        "AuthorizationPolicy eu-west-1-mesh-observability-all-allow",
        "AuthorizationPolicy eu-west-1-mesh-observability-allow-nothing",
        "AuthorizationPolicy eu-west-1-mesh-observability-prometheus-allow",
        "PeerAuthentication eu-west-1-mesh-observability-prometheus-open",
        "OperatorPolicies eu-west-1-mesh-policies",
        "NetworkPolicy eu-west-1-mesh-policies-all-egress < eu-west-1-mesh-policies",
        "NetworkPolicy eu-west-1-mesh-policies-all-ingress < eu-west-1-mesh-policies",
        "NetworkPolicy eu-west-1-mesh-policies-allow-dns < eu-west-1-mesh-policies",
        "NetworkPolicy eu-west-1-mesh-policies-deny-all < eu-west-1-mesh-policies",
        "AuthorizationPolicy eu-west-1-mesh-router-allow-nothing",
        "AuthorizationPolicy eu-west-1-mesh-router-router-allow",
        "PeerAuthentication eu-west-1-mesh-strict",
        "Telemetry eu-west-1-mesh-telemetry",
        "ChartRelease eu-west-1-mesh-ztunnel",
        "Release eu-west-1-mesh-ztunnel-release < eu-west-1-mesh-ztunnel",
      ]
    `);
    await expect(rendered(found)).toMatchFileSnapshot("golden/mesh.yaml");
    for (const chart of ["base", "istiod", "cni", "ztunnel"]) {
      expect(inputsOf(found, `eu-west-1-mesh-${chart}-release`)).toMatchObject({
        chart,
        version: "1.30.2",
        namespace: "istio-system",
      });
    }
    expect(inputsOf(found, "eu-west-1-mesh-strict")).toMatchObject({
      kind: "PeerAuthentication",
      metadata: { name: "default", namespace: "istio-system" },
      spec: { mtls: { mode: "STRICT" } },
    });
  });

  it("signs with the region's authority, whose key is a secret wherever it goes", async () => {
    const found = await plan();
    const withKey = found.filter(({ inputs }) => JSON.stringify(inputs).includes("the key"));
    expect(withKey.map(({ name }) => name)).toEqual(["eu-west-1-mesh-authority"]);
    const { metadata, stringData } = inputsOf(found, "eu-west-1-mesh-authority");
    expect(metadata).toEqual({ name: "cacerts", namespace: "istio-system" });
    // Pulumi's mark of a secret within inputs, or on the whole of it.
    expect(JSON.stringify(stringData)).toContain("1b47061264138c4ac30d75fd1eb44270");
  });

  it("has a waypoint where it's asked for, with its image, and no other", async () => {
    expect(JSON.stringify(await plan())).not.toMatch(/"kind":"Gateway"|proxyv2/);
    const found = await plan({ waypointFor: "router", proxyDigest: testDigest });
    expect(inputsOf(found, "eu-west-1-mesh-waypoint")).toMatchObject({
      kind: "Gateway",
      metadata: { namespace: "router", labels: { "istio.io/waypoint-for": "service" } },
      spec: { gatewayClassName: "istio-waypoint" },
    });
    expect(inputsOf(found, "eu-west-1-mesh-istiod-release")).toMatchObject({
      values: { global: { proxy: { image: `docker.io/istio/proxyv2:1.30.2@${testDigest}` } } },
    });
    expect(meshReference("router", 8080)).toEqual({ group: "", kind: "Service", name: "router", port: 8080 });
  });

  it("refuses a waypoint without an image", async () => {
    let message = "";
    await planned(() => {
      const intermediate = {
        certificatePem: pulumi.output(""),
        chainPem: pulumi.output(""),
        privateKeyPem: pulumi.output(""),
      };
      try {
        new Istio("eu-west-1-mesh", clusterScope(), { ...args, intermediate, waypointFor: "router" });
      } catch (error) {
        message = (error as Error).message;
      }
    });
    expect(message).toBe("mesh.proxyDigest: missing; a waypoint runs istio/proxyv2, by its digest");
  });

  it("comes from the mirror behind an air gap", async () => {
    const found = await plan({}, { airgapped: true });
    expect(inputsOf(found, "eu-west-1-mesh-ztunnel-release")).toMatchObject({
      chart: `oci://${mirror}/istio-release.storage.googleapis.com/charts/ztunnel`,
      values: { image: expect.stringContaining(`${mirror}/docker.io/istio/ztunnel:1.30.2@sha256:`) },
    });
  });
});

describe("who is let in", () => {
  const of = (table: readonly Flow[], namespace: string) =>
    authorizationsOf(table, { own, serviceAccounts: args.serviceAccounts }).filter(
      (each) => each.namespace === namespace,
    );

  it("is nobody in each namespace, and whom the table names", () => {
    expect(of(flows, "models")).toEqual([
      { namespace: "models", name: "allow-nothing", spec: {} },
      {
        namespace: "models",
        name: "ollama-allow",
        spec: {
          selector: { matchLabels: { "app.kubernetes.io/name": "ollama" } },
          action: "ALLOW",
          rules: [
            {
              from: [{ source: { principals: ["cluster.local/ns/router/sa/router"] } }],
              to: [{ operation: { ports: ["11434"] } }],
            },
          ],
        },
      },
    ]);
    expect(of([], "models")).toEqual([{ namespace: "models", name: "allow-nothing", spec: {} }]);
  });

  it("is who the network policies let in, line for line", () => {
    const told = flows.filter(({ to }) => typeof to === "object" && "namespace" in to && own.includes(to.namespace));
    const rules = own.flatMap((namespace) => of(flows, namespace)).flatMap(({ spec }) => spec.rules ?? []);
    expect(rules).toHaveLength(told.length);
  });

  it("needs no certificate at ports for networks outside of the mesh, and nowhere else", () => {
    expect(openPortsOf(flows, own)).toEqual([
      // KEDA asks Prometheus, and isn't in the mesh.
      { pods: { namespace: "observability", name: "prometheus" }, ports: [9090] },
      { pods: { namespace: "gateway", name: "gateway" }, ports: [8443] },
      { pods: { namespace: "gateway", name: "controller" }, ports: [8080] },
    ]);
    const whole = [{ from: network, to: { namespace: "router" }, ports: [1], because: "somebody asked" }];
    expect(() => openPortsOf(whole, own)).toThrow(
      '{"cidr":"10.0.0.0/16"} may talk to all of router (somebody asked): name one workload',
    );
  });

  it("is the waypoint, where requests come by it", () => {
    const table = waypointFlows(8080, [{ namespace: "gateway", name: "gateway" }], { traced: true });
    expect(of(table, "router").map(({ name }) => name)).toEqual(["allow-nothing", "router-allow", "waypoint-allow"]);
  });
});
