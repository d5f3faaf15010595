import * as aws from "@pulumi/aws";
import * as cloudflare from "@pulumi/cloudflare";
import { describe, expect, it } from "vitest";
import { zonesOfRegion } from "../../infra/addresses/index.ts";
import {
  AcceleratorEdge,
  CloudflareEdge,
  type CloudflareEdgeArgs,
  coordinates,
  LatencyEdge,
  type Origin,
} from "../../infra/edge/index.ts";
import { refuseDefaultProviders } from "../../infra/region/index.ts";
import { edgeWorkerOf } from "../../stacks/cloud/edge.ts";
import { computedOutputs } from "../support/infra.ts";
import { stackOf } from "../support/plan.ts";
import { registrationsOf } from "../support/pulumi-mocks.ts";
import { children, inputsOf, planned } from "../support/workloads.ts";

const origins: Origin[] = [
  { region: "us-east-1", geography: "us", dnsName: "us.elb.amazonaws.com", zoneId: "ZUS", arn: "arn:us" },
  { region: "eu-west-1", geography: "eu", dnsName: "eu.elb.amazonaws.com", zoneId: "ZEU", arn: "arn:eu" },
  { region: "ap-northeast-1", geography: "asia", dnsName: "ap.elb.amazonaws.com", zoneId: "ZAP", arn: "arn:ap" },
];
const names = { stack: "hybrid-llm-test", hostname: "llm.example.com" };
const args: CloudflareEdgeArgs = {
  ...names,
  accountId: "0".repeat(32),
  zoneId: "1".repeat(32),
  steering: "proximity",
  origins,
  rootCertificatesPem: ["the root\n"],
};
const inCloudflare = (changes: Partial<CloudflareEdgeArgs> = {}) =>
  planned(() => {
    refuseDefaultProviders();
    const providers = { cloudflare: new cloudflare.Provider("edge-cloudflare") };
    new CloudflareEdge("edge", { ...args, ...changes }, { providers });
  });
/** As `planned`; what AWS computes is known in an `up` alone. */
const inAws = async (make: (opts: { providers: { aws: aws.Provider } }) => unknown) => {
  const program = () => {
    refuseDefaultProviders();
    make({ providers: { aws: new aws.Provider("edge-aws", { region: "us-west-2" }) } });
  };
  const [preview, real] = [
    await registrationsOf(program, { preview: true, outputs: computedOutputs }),
    await registrationsOf(program, { outputs: computedOutputs }),
  ].map((found) => found.filter(({ type }) => !type.startsWith("pulumi:")));
  expect(children(preview ?? [])).toEqual(children(real ?? []));
  return real ?? [];
};

describe("Cloudflare's edge", () => {
  it("leads to the nearest region that is well, by pools whose health it looks at", async () => {
    const found = await inCloudflare();
    expect(children(found)).toEqual([
      "CloudflareEdge edge < the stack",
      "LoadBalancerPool edge-ap-northeast-1-pool < edge",
      "LoadBalancer edge-balancer < edge",
      "LoadBalancerPool edge-eu-west-1-pool < edge",
      "LoadBalancerMonitor edge-monitor < edge",
      "CustomOriginTrustStore edge-root-0 < edge",
      "LoadBalancerPool edge-us-east-1-pool < edge",
    ]);
    expect(inputsOf(found, "edge-balancer")).toEqual({
      zoneId: args.zoneId,
      name: "llm.example.com",
      proxied: true,
      defaultPools: ["edge-us-east-1-pool-id", "edge-eu-west-1-pool-id", "edge-ap-northeast-1-pool-id"],
      fallbackPool: "edge-us-east-1-pool-id",
      steeringPolicy: "proximity",
      adaptiveRouting: { failoverAcrossPools: true },
    });
    expect(inputsOf(found, "edge-ap-northeast-1-pool")).toMatchObject({
      latitude: 35.7,
      longitude: 139.7,
      monitor: "edge-monitor-id",
      origins: [{ address: "ap.elb.amazonaws.com", header: { hosts: ["llm.example.com"] } }],
    });
    expect(inputsOf(found, "edge-monitor")).toMatchObject({ type: "https", path: "/readyz", expectedCodes: "200" });
  });

  it("leads to the client's own continent first where it's told to", async () => {
    const { regionPools, steeringPolicy } = inputsOf(await inCloudflare({ steering: "geo" }), "edge-balancer");
    expect(steeringPolicy).toBe("geo");
    expect(regionPools).toMatchObject({
      WNAM: ["edge-us-east-1-pool-id"],
      WEU: ["edge-eu-west-1-pool-id"],
      NEAS: ["edge-ap-northeast-1-pool-id"],
    });
  });

  it("has a worker, with what it keeps, where there is one to run", async () => {
    const worker = { content: "export default {}", cacheSeconds: 300, confirmSeconds: 60 };
    const found = await inCloudflare({ worker });
    expect(inputsOf(found, "edge-worker")).toMatchObject({
      scriptName: "hybrid-llm-test-edge",
      content: "export default {}",
      bindings: [
        { name: "KEPT", type: "kv_namespace", namespaceId: "edge-kept-id" },
        { name: "CACHE_SECONDS", type: "plain_text", text: "300" },
        { name: "CONFIRM_SECONDS", type: "plain_text", text: "60" },
      ],
    });
    expect(inputsOf(found, "edge-route")).toEqual({
      zoneId: args.zoneId,
      pattern: "llm.example.com/*",
      script: "hybrid-llm-test-edge",
    });
  });

  it("has no worker where none is wanted", async () => {
    const prod = stackOf("prod");
    if (prod.kind !== "cloud" || prod.edge.kind !== "cloudflare") throw new Error("prod has another edge");
    const { edge } = prod;
    const wanting = (enabled: boolean) =>
      edgeWorkerOf({ ...prod, edge: { ...edge, worker: { ...edge.worker, enabled } } });
    expect(await wanting(false)).toBeUndefined();
    expect(await wanting(true)).toMatchObject({ cacheSeconds: 300, confirmSeconds: 60 });
  });

  it("knows where each region is that a stack may have", () => {
    expect(Object.keys(zonesOfRegion).filter((region) => coordinates[region] === undefined)).toEqual([]);
  });
});

describe("Global Accelerator", () => {
  it("leads to each region's load balancer, and writes the name where it has a zone", async () => {
    const found = await inAws(
      (opts) => new AcceleratorEdge("edge", { ...names, origins, hostedZoneId: "Z0123" }, opts),
    );
    expect(children(found)).toEqual([
      "AcceleratorEdge edge < the stack",
      "Accelerator edge-accelerator < edge",
      "EndpointGroup edge-ap-northeast-1-endpoints < edge",
      "EndpointGroup edge-eu-west-1-endpoints < edge",
      "Listener edge-listener < edge",
      "Record edge-record < edge",
      "EndpointGroup edge-us-east-1-endpoints < edge",
    ]);
    expect(inputsOf(found, "edge-eu-west-1-endpoints")).toMatchObject({
      endpointGroupRegion: "eu-west-1",
      endpointConfigurations: [{ endpointId: "arn:eu" }],
    });
    const without = await inAws((opts) => new AcceleratorEdge("edge", { ...names, origins }, opts));
    expect(without.map(({ name }) => name)).not.toContain("edge-record");
  });
});

describe("Route 53", () => {
  it("tells the region that is soonest and well", async () => {
    const found = await inAws((opts) => new LatencyEdge("edge", { ...names, origins, hostedZoneId: "Z0123" }, opts));
    expect(children(found)).toEqual([
      "LatencyEdge edge < the stack",
      "HealthCheck edge-ap-northeast-1-health < edge",
      "Record edge-ap-northeast-1-record < edge",
      "HealthCheck edge-eu-west-1-health < edge",
      "Record edge-eu-west-1-record < edge",
      "HealthCheck edge-us-east-1-health < edge",
      "Record edge-us-east-1-record < edge",
    ]);
    expect(inputsOf(found, "edge-eu-west-1-record")).toEqual({
      zoneId: "Z0123",
      name: "llm.example.com",
      type: "A",
      setIdentifier: "eu-west-1",
      latencyRoutingPolicies: [{ region: "eu-west-1" }],
      healthCheckId: "edge-eu-west-1-health-id",
      aliases: [{ name: "eu.elb.amazonaws.com", zoneId: "ZEU", evaluateTargetHealth: true }],
    });
  });
});
