import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PulumiProgram } from "../../support/pulumi-program.ts";

let program: PulumiProgram;
let rendered: PulumiProgram;

beforeAll(async () => {
  program = await PulumiProgram.open({ KUBECONFIG: "/nowhere", AWS_ACCESS_KEY_ID: "", AWS_REGION: "" });
  rendered = await PulumiProgram.open();
});
afterAll(() => {
  program?.remove();
  rendered?.remove();
});

/**
 * A region in small. Where a provider's own arguments are unknown, the engine asks it nothing at all: a kubeconfig made of
 * the cluster's outputs would hide what is to be seen here.
 */
const region = `
import * as aws from "@pulumi/aws";
import * as cloudflare from "@pulumi/cloudflare";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

const inAws = { provider: new aws.Provider("aws", { region: "eu-west-1", skipCredentialsValidation: true }) };
const vpc = new aws.ec2.Vpc("vpc", { cidrBlock: "10.0.0.0/16" }, inAws);
const subnet = new aws.ec2.Subnet("subnet", { vpcId: vpc.id, cidrBlock: "10.0.0.0/24" }, inAws);
const role = new aws.iam.Role("eks", { assumeRolePolicy: "{}" }, inAws);
const cluster = new aws.eks.Cluster("cluster", {
  name: "eu", roleArn: role.arn, vpcConfig: { subnetIds: [subnet.id] },
}, inAws);
const inCluster = { provider: new k8s.Provider("k8s", { kubeconfig: "/nowhere/config", clusterIdentifier: "eu" }) };
const password = pulumi.secret("canary-7f3a9");
const secret = new k8s.core.v1.Secret("password", { stringData: { password } }, inCluster);
new k8s.apps.v1.Deployment("web", {
  metadata: { name: "web", annotations: { vpc: vpc.id } },
  spec: {
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels: { app: "web" } },
      spec: { containers: [{ name: "web", image: "web", envFrom: [{ secretRef: { name: secret.metadata.name } }] }] },
    },
  },
}, inCluster);
new k8s.apiextensions.CustomResource("pool", {
  apiVersion: "karpenter.sh/v1", kind: "NodePool", metadata: { name: "gpu" }, spec: { limits: { cpu: 1 } },
}, inCluster);
new k8s.helm.v3.Release("istio", { chart: "istiod", version: "1.2.3" }, inCluster);
const edge = { provider: new cloudflare.Provider("edge", { apiToken: pulumi.secret("canary-0c1d2") }) };
new cloudflare.LoadBalancerPool("pool", {
  accountId: "a", name: "eu", origins: [{ name: "eu", address: cluster.endpoint, enabled: true }],
}, edge);
export const arn = cluster.arn;
`;

describe("a stack with clouds that nobody has an account of", () => {
  it("is previewed whole, and says by which providers", async () => {
    program.write(region);
    const { ok, output } = await program.preview();
    expect(ok, output).toBe(true);
    for (const name of ["aws", "cloudflare", "kubernetes"]) expect(output).toContain(`OFFLINE PROVIDER: ${name} `);
    expect(output).toMatch(/\+ 13 to create/);
    expect(output).not.toContain("canary");
  });

  it("plans names and arguments; what the cloud will say is unknown", async () => {
    const planned = await program.planned();
    const of = (type: string) => planned.find((resource) => resource.type === type);
    expect(of("aws:iam/role:Role")?.inputs?.name).toMatch(/^eks-[0-9a-f]{7}$/);
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    expect(of("aws:ec2/subnet:Subnet")?.inputs).toMatchObject({ cidrBlock: "10.0.0.0/24", vpcId: unknown });
    expect(of("kubernetes:core/v1:Secret")?.inputs).toMatchObject({
      metadata: { name: expect.stringMatching(/^password-[0-9a-f]{8}$/), namespace: "default" },
    });
    expect(JSON.stringify(planned)).not.toContain("canary");
  });

  it("refuses the up before anything is made, with what to install", async () => {
    // Its objects are refused as well, for want of a cluster: whichever comes first must not silence the other.
    const { ok, output } = await program.up("--continue-on-error");
    expect(ok).toBe(false);
    expect(output).toMatch(
      /can't create aws:(ec2\/vpc:Vpc|iam\/role:Role): the aws provider in use is the offline one/,
    );
    expect(output).toMatch(/pulumi plugin install resource aws \d/);
    const state = await program.exported();
    expect(state).not.toContain('"aws:ec2/vpc:Vpc"');
    expect(state).not.toContain("canary");
  });
});

describe("objects rendered to a folder", () => {
  it("go through up, no change, a change and down, and secrets stay encrypted in the state", async () => {
    const text = (value: string) => `
      import * as k8s from "@pulumi/kubernetes";
      import * as pulumi from "@pulumi/pulumi";
      const provider = new k8s.Provider("k8s", { renderYamlToDirectory: "out" });
      new k8s.core.v1.Secret("password", {
        metadata: { name: "password" }, stringData: { password: pulumi.secret("canary-${value}") },
      }, { provider });
      new k8s.core.v1.ConfigMap("settings", { data: { value: "${value}" } }, { provider });
    `;
    rendered.write(text("one-of-them"));
    const first = await rendered.up();
    expect(first.ok, first.output).toBe(true);
    const again = await rendered.preview("--expect-no-changes");
    expect(again.ok, again.output).toBe(true);
    expect(await rendered.exported()).not.toContain("canary");
    const out = join(rendered.directory, "out", "1-manifest");
    expect(readFileSync(join(out, "v1-secret-default-password.yaml"), "utf8")).toContain("canary-one-of-them");

    rendered.write(text("another-one"));
    const changed = await rendered.up();
    expect(changed.ok, changed.output).toBe(true);
    expect(readFileSync(join(out, "v1-secret-default-password.yaml"), "utf8")).toContain("canary-another-one");
    expect(readdirSync(out)).toHaveLength(2);
    const refreshed = await rendered.refresh();
    expect(refreshed.ok, refreshed.output).toBe(true);
    const down = await rendered.destroy();
    expect(down.ok, down.output).toBe(true);
    expect(readdirSync(out)).toEqual([]);
  });
});
