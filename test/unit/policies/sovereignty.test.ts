import { describe, expect, it } from "vitest";
import { isPrivateRange } from "../../../policies/pack/addresses.ts";
import type { PlanResource } from "../../../policies/pack/plan.ts";
import { sovereigntyPack } from "../../../policies/sovereignty/index.ts";
import { planned, unknownText, violationsOf } from "./support.ts";

const mirror = "registry.internal.example.com/mirror";
const site = (more: Record<string, unknown> = {}) =>
  planned(
    "hybrid-llm:region:Site",
    { region: "site-a", airgapped: true, registryMirror: mirror, ...more },
    { name: "site" },
  );
const pod = (image: unknown) =>
  planned("kubernetes:core/v1:Pod", { spec: { containers: [{ name: "a", image }] } }, { name: "pod" });
const service = (spec: unknown) => planned("kubernetes:core/v1:Service", { spec }, { name: "service" });
const policy = (egress: unknown) =>
  planned("kubernetes:networking.k8s.io/v1:NetworkPolicy", { spec: { egress } }, { name: "policy" });
const config = (data: unknown) => planned("kubernetes:core/v1:ConfigMap", { data }, { name: "config" });
const router = (value: unknown) => config({ "router.json": JSON.stringify(value) });
const release = (inputs: Record<string, unknown>) =>
  planned("kubernetes:helm.sh/v3:Release", inputs, { name: "release", parent: "chart" });
const declaring = (image: string) =>
  planned("hybrid-llm:charts:ChartRelease", { declares: { images: { a: image } } }, { name: "chart" });
const mirrored = `oci://${mirror}/charts/kong`;
const tenant = (region: unknown) =>
  planned("aws:s3/bucket:Bucket", { region, tags: { "hybrid-llm.io/tenant": "acme" } }, { name: "bucket" });
const cloud = (more: Record<string, unknown>) => site({ airgapped: false, ...more });

const found = (...resources: PlanResource[]) =>
  sovereigntyPack.policies.filter((each) => violationsOf(each, resources).length > 0).map(({ name }) => name);

describe("what is as it should be passes every policy", () => {
  it.each<[string, PlanResource[]]>([
    ["an image of the mirror", [site(), pod(`${mirror}/docker.io/library/redis@sha256:0`)]],
    [
      "a service within, and a balancer for private addresses",
      [
        site(),
        service({ type: "ClusterIP" }),
        service({ type: "LoadBalancer", loadBalancerSourceRanges: ["10.0.0.0/8"] }),
      ],
    ],
    ["egress to pods and for names", [site(), policy([{ to: [{ podSelector: {} }] }, { ports: [{ port: 53 }] }])]],
    ["a router without clouds", [site(), router({ failoverChain: ["local"], airgap: true })]],
    ["a declared chart of the mirror", [site(), declaring(`${mirror}/kong@sha256:0`), release({ chart: mirrored })]],
    [
      "a cloud where the stack says that it is in one",
      [cloud({}), pod("nginx"), service({ type: "LoadBalancer" }), planned("aws:s3/bucket:Bucket")],
    ],
    ["a tenant at home", [cloud({ pinnedTenants: { acme: ["eu-west-1"] } }), tenant("eu-west-1")]],
  ])("%s", (_, resources) => {
    expect(found(...resources)).toEqual([]);
  });
});

describe("each fault is found by the policy meant for it, and by no other", () => {
  it.each<[string, PlanResource[], string[]]>([
    ["a stack that doesn't say", [site({ airgapped: undefined })], ["says-whether-airgapped"]],
    ["a stack that doesn't know", [site({ airgapped: unknownText })], ["says-whether-airgapped"]],
    ["a stack that says both", [site(), { ...cloud({}), urn: "other" }], ["says-whether-airgapped"]],
    ["no mirror", [site({ registryMirror: undefined })], ["says-whether-airgapped"]],
    ["a cloud's resource", [site(), planned("aws:s3/bucket:Bucket")], ["no-cloud-provider"]],
    ["a cloud's provider", [site(), planned("pulumi:providers:cloudflare")], ["no-cloud-provider"]],
    ["a package that nobody knows", [site(), planned("acme:index:Thing")], ["no-cloud-provider"]],
    ["a dynamic resource", [site(), planned("pulumi-nodejs:dynamic:Resource")], ["no-cloud-provider"]],
    ["a cloud's backend", [site(), router({ failoverChain: ["local", "claude"], airgap: true })], ["no-cloud-backend"]],
    ["a router that isn't told", [site(), router({ failoverChain: ["local"] })], ["no-cloud-backend"]],
    ["a cloud's address", [site(), config({ a: "https://api.openai.com/v1" })], ["no-cloud-backend"]],
    ["an unknown configuration", [site(), config(unknownText)], ["no-cloud-backend"]],
    ["a partly unknown one", [site(), config({ a: unknownText })], ["no-cloud-backend"]],
    ["roots that the update makes", [site(), config({ "ca.pem": unknownText })], []],
    ["a cloud's address beside them", [site(), config({ "ca.pem": "https://api.openai.com" })], ["no-cloud-backend"]],
    ["a public balancer", [site(), service({ type: "LoadBalancer" })], ["no-public-endpoint"]],
    [
      "a balancer for the world",
      [site(), service({ type: "LoadBalancer", loadBalancerSourceRanges: ["10.0.0.0/8", "0.0.0.0/0"] })],
      ["no-public-endpoint"],
    ],
    [
      "a balancer for whom nobody knows",
      [site(), service({ type: "LoadBalancer", loadBalancerSourceRanges: unknownText })],
      ["no-public-endpoint"],
    ],
    ["a service of an unknown type", [site(), service({ type: unknownText })], ["no-public-endpoint"]],
    ["a service that can't be read", [site(), service(unknownText)], ["no-public-endpoint"]],
    ["outer addresses", [site(), service({ externalIPs: ["1.2.3.4"] })], ["no-public-endpoint"]],
    [
      "a name elsewhere",
      [site(), service({ type: "ExternalName", externalName: "example.com" })],
      ["no-public-endpoint"],
    ],
    ["a public image", [site(), pod("docker.io/library/redis@sha256:0")], ["from-mirror"]],
    ["an image that only begins alike", [site(), pod(`${mirror}.evil.example/redis`)], ["from-mirror"]],
    ["an unknown image", [site(), pod(unknownText)], ["from-mirror"]],
    ["no image", [site(), pod(undefined)], ["from-mirror"]],
    ["a chart's public image", [site(), declaring("docker.io/kong"), release({ chart: mirrored })], ["from-mirror"]],
    [
      "a public chart",
      [
        site(),
        declaring(`${mirror}/a`),
        release({ chart: "kong", repositoryOpts: { repo: "https://charts.example" } }),
      ],
      ["from-mirror"],
    ],
    ["an unknown chart", [site(), declaring(`${mirror}/a`), release({ chart: unknownText })], ["from-mirror"]],
    ["an undeclared chart", [site(), release({ chart: mirrored })], ["no-opaque-object"]],
    ["egress to a network of one's own", [site(), policy([{ to: [{ ipBlock: { cidr: "10.0.0.0/8" } }] }])], []],
    ["egress to addresses", [site(), policy([{ to: [{ ipBlock: { cidr: "8.8.8.0/24" } }] }])], ["no-egress"]],
    ["egress to nobody knows which", [site(), policy([{ to: [{ ipBlock: { cidr: unknownText } }] }])], ["no-egress"]],
    ["egress to everywhere", [site(), policy([{}])], ["no-egress"]],
    ["egress to everywhere at some port", [site(), policy([{ ports: [{ port: 53 }, { port: 443 }] }])], ["no-egress"]],
    ["egress to nobody knows where", [site(), policy(unknownText)], ["no-egress"]],
    ["egress to unknown peers", [site(), policy([{ to: unknownText }])], ["no-egress"]],
    [
      "an outer service of the mesh",
      [site(), planned("kubernetes:networking.istio.io/v1:ServiceEntry", { spec: { location: "MESH_EXTERNAL" } })],
      ["no-egress"],
    ],
    [
      "a service of the mesh somewhere",
      [site(), planned("kubernetes:networking.istio.io/v1:ServiceEntry", {})],
      ["no-egress"],
    ],
    ["a tenant abroad", [cloud({ pinnedTenants: { acme: "eu-west-1" } }), tenant("us-east-1")], ["tenants-in-region"]],
    [
      "a tenant somewhere",
      [cloud({ pinnedTenants: { acme: "eu-west-1" }, region: undefined }), tenant(unknownText)],
      ["tenants-in-region"],
    ],
    [
      "data of nobody knows whom",
      [
        cloud({ pinnedTenants: { acme: "eu-west-1" } }),
        planned("aws:s3/bucket:Bucket", { region: "us-east-1", tags: { "hybrid-llm.io/tenant": unknownText } }),
      ],
      ["tenants-in-region"],
    ],
    [
      "data that is copied",
      [cloud({ pinnedTenants: { acme: "eu-west-1" } }), planned("aws:rds/globalCluster:GlobalCluster")],
      ["tenants-in-region"],
    ],
    ["unknown pins", [cloud({ pinnedTenants: unknownText })], ["tenants-in-region"]],
  ])("%s", (_, resources, expected) => {
    expect(found(...resources)).toEqual(expected);
  });
});

it.each([
  ["10.0.0.0/8", true],
  ["10.1.2.0/24", true],
  ["172.16.0.0/12", true],
  ["172.16.0.0/8", false],
  ["192.168.0.0/8", false],
  ["0.0.0.0/0", false],
  ["10.0.0.0", false],
  ["8.8.8.8/32", false],
  ["fd00::/8", true],
  ["2001:db8::/32", false],
  ["::/0", false],
  ["example.com/8", false],
])("%s is private: %s", (range, expected) => {
  expect(isPrivateRange(range)).toBe(expected);
});
