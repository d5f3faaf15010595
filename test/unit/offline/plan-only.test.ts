import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { provider as aws } from "../../../tools/offline/aws/provider.ts";
import { replacements } from "../../../tools/offline/aws/replacements.ts";
import { provider as cloudflare } from "../../../tools/offline/cloudflare/provider.ts";
import { describeType, findSdk } from "../../../tools/offline/plan/sdk.ts";
import { Secret, startServer, unknown } from "../../../tools/provider/index.ts";
import { ProviderClient } from "../provider/client.ts";

const subnet = "aws:ec2/subnet:Subnet";
const role = "aws:iam/role:Role";
const pool = "cloudflare:index/loadBalancerPool:LoadBalancerPool";

const running: { client: ProviderClient; stop(): Promise<void> }[] = [];
let client: ProviderClient;
let edge: ProviderClient;

async function started(provider: typeof aws): Promise<ProviderClient> {
  const server = await startServer(provider);
  const found = new ProviderClient(server.port);
  running.push({ client: found, stop: () => server.stop() });
  return found;
}

beforeAll(async () => {
  client = await started(aws);
  await client.configure({ region: "eu-west-1" });
  edge = await started(cloudflare);
  await edge.configure({ apiToken: new Secret("canary-token") });
});
afterAll(async () => {
  for (const { client, stop } of running) {
    client.close();
    await stop();
  }
});

describe("what the SDK packages say", () => {
  test.each(["@pulumi/aws", "@pulumi/cloudflare"])("every resource type of %s is found by its token", (name) => {
    const sdk = findSdk(name);
    let types = 0;
    for (const file of readdirSync(sdk.folder, { recursive: true, encoding: "utf8" })) {
      if (!file.endsWith(".js") || file.includes("node_modules")) continue;
      const source = readFileSync(join(sdk.folder, file), "utf8");
      const token = /__pulumiType = '(\w+:\w+\/\w+:\w+)'/.exec(source)?.[1];
      if (token === undefined) continue;
      types += 1;
      const given = new Set([...source.matchAll(/resourceInputs\["(\w+)"\] = state/g)].map(([, property]) => property));
      const type = describeType(sdk, token);
      expect(type, token).toBeDefined();
      // Arguments that are never given back are in no state; all else is either given or computed.
      const all = new Set([...(type?.inputs ?? []), ...(type?.computed ?? [])]);
      expect(
        [...given].filter((property) => !all.has(property ?? "")),
        token,
      ).toEqual([]);
      expect(
        (type?.required ?? []).filter((property) => !type?.inputs.includes(property)),
        token,
      ).toEqual([]);
    }
    expect(types).toBeGreaterThan(150);
  });

  test("the table of replacements names arguments that exist", () => {
    const sdk = findSdk("@pulumi/aws");
    for (const [token, properties] of Object.entries(replacements)) {
      const inputs = describeType(sdk, token)?.inputs ?? [];
      expect(
        properties.filter((path) => !inputs.includes(path.split(".")[0] ?? "")),
        token,
      ).toEqual([]);
    }
  });

  test("versions are those of the packages", () => {
    expect(aws.version).toBe(findSdk("@pulumi/aws").version);
    expect(cloudflare.version).toBe(findSdk("@pulumi/cloudflare").version);
    expect(aws.version).toMatch(/^\d+\.\d+\.\d+$/);
  });
});

describe("configuration", () => {
  test("a region that is none, or is missing, is refused", async () => {
    expect((await client.checkConfig({ region: "europe" })).failures).toEqual([
      'region: "europe" is no region; one is us-east-1',
    ]);
    expect((await client.checkConfig({})).failures[0]).toMatch(/^: region: no region is given/);
    expect((await client.checkConfig({ region: unknown })).failures).toEqual([]);
    expect((await client.checkConfig({ region: "us-gov-west-1", skipCredentialsValidation: "true" })).failures).toEqual(
      [],
    );
  });
});

describe("checking", () => {
  test("arguments that don't exist, and missing ones, are told all at once", async () => {
    const { failures } = await client.check(subnet, { cidrblock: "10.0.0.0/24" });
    expect(failures).toHaveLength(2);
    expect(failures[0]).toMatch(/^cidrblock: aws:ec2\/subnet:Subnet has no such argument; it has .*cidrBlock/);
    expect(failures[1]).toMatch(/vpcId: aws:ec2\/subnet:Subnet needs it$/);
    expect((await client.check(subnet, { vpcId: unknown })).failures).toEqual([]);
  });

  test("a name is made of the logical one and stays", async () => {
    const first = await client.check(role, { assumeRolePolicy: "{}" });
    expect(first.inputs.name).toMatch(/^one-[0-9a-f]{7}$/);
    expect((await client.check(role, { assumeRolePolicy: "{}" })).inputs).toEqual(first.inputs);
    const again = await client.check(role, { assumeRolePolicy: "[]" }, { name: "one-0123456" });
    expect(again.inputs.name).toBe("one-0123456");
    expect((await client.check(role, { assumeRolePolicy: "{}", name: "mine" })).inputs.name).toBe("mine");
    expect((await client.check(role, { assumeRolePolicy: "{}", namePrefix: "m" })).inputs).not.toHaveProperty("name");
    expect((await client.check("aws:s3/bucket:Bucket", {})).inputs.bucket).toMatch(/^one-[0-9a-f]{7}$/);
    expect((await client.check("aws:kms/alias:Alias", { targetKeyId: "k" })).inputs.name).toMatch(/^alias\/one-/);
    expect((await client.check("aws:ec2/vpc:Vpc", {})).inputs).toEqual({});
  });

  test("a type that the SDK doesn't have is refused by name", async () => {
    await expect(client.check("aws:ec2/subnett:Subnett", {})).rejects.toThrow(
      `@pulumi/aws ${aws.version} has no resource type aws:ec2/subnett:Subnett`,
    );
    await expect(client.check("aws:ec2/../eks/cluster:Cluster", {})).rejects.toThrow("has no resource type");
  });
});

describe("planning", () => {
  test("a new resource's arguments are known, everything else is not", async () => {
    const { id, state } = await client.create(subnet, { vpcId: unknown, cidrBlock: "10.0.0.0/24" }, true);
    expect(id).toBe("");
    expect(state).toMatchObject({ vpcId: unknown, cidrBlock: "10.0.0.0/24", arn: unknown, ownerId: unknown });
    expect(state).not.toHaveProperty("availabilityZone");
  });

  test("an update keeps what was known, and secrets stay secret", async () => {
    const type = "aws:rds/cluster:Cluster";
    const inputs = { engine: "aurora-postgresql", masterPassword: new Secret("canary-password") };
    const old = { inputs, state: { ...inputs, arn: "arn:aws:rds:1", endpoint: "db.example" } };
    const planned = await client.update(type, old, { ...inputs, backupRetentionPeriod: 7 }, true);
    expect(planned).toMatchObject({ arn: "arn:aws:rds:1", endpoint: "db.example", backupRetentionPeriod: 7 });
    expect(planned.masterPassword).toEqual(new Secret("canary-password"));
    expect(planned.readerEndpoint).toBe(unknown);
    expect((await client.create(type, inputs, true)).state.masterPassword).toEqual(new Secret("canary-password"));
  });

  test("what can't be changed replaces, and a name that was chosen is freed first", async () => {
    const inputs = { vpcId: "vpc-1", cidrBlock: "10.0.0.0/24" };
    const moved = await client.diff(subnet, { inputs }, { ...inputs, cidrBlock: "10.0.1.0/24" });
    expect(moved).toMatchObject({ replaces: ["cidrBlock"], deleteBeforeReplace: false });
    expect(await client.diff(subnet, { inputs }, { ...inputs, tags: { a: "b" } })).toMatchObject({
      changed: true,
      replaces: [],
    });
    expect((await client.diff(subnet, { inputs }, { ...inputs, region: "us-east-1" })).replaces).toEqual(["region"]);
    expect((await client.diff(subnet, { inputs }, { ...inputs })).changed).toBe(false);

    const chosen = { name: "mine", path: "/a/", assumeRolePolicy: "{}" };
    const madeUp = { ...chosen, name: "one-0123456" };
    const path = async (role1: typeof chosen) => await client.diff(role, { inputs: role1 }, { ...role1, path: "/b/" });
    expect(await path(chosen)).toMatchObject({ replaces: ["path"], deleteBeforeReplace: true });
    expect(await path(madeUp)).toMatchObject({ replaces: ["path"], deleteBeforeReplace: false });
  });

  test("cloudflare plans alike, and moves to another account by replacement", async () => {
    const inputs = { accountId: "a", name: "eu", origins: [{ name: "one", address: unknown }] };
    expect((await edge.check(pool, inputs)).failures).toEqual([]);
    expect((await edge.create(pool, inputs, true)).state).toMatchObject({ ...inputs, createdOn: unknown });
    expect((await edge.diff(pool, { inputs }, { ...inputs, accountId: "b" })).replaces).toEqual(["accountId"]);
  });
});

describe("doing", () => {
  test("is refused with what to install", async () => {
    const inputs = { vpcId: "vpc-1" };
    const old = { inputs, state: inputs };
    for (const work of [
      () => client.create(subnet, inputs),
      () => client.update(subnet, old, { ...inputs, tags: {} }),
      () => client.read(subnet, "subnet-1", old),
      () => client.read(subnet, "subnet-1"),
      () => client.delete(subnet, "subnet-1", inputs),
    ]) {
      await expect(work()).rejects.toThrow(`pulumi plugin install resource aws ${aws.version}`);
    }
    await expect(edge.create(pool, { accountId: "a" })).rejects.toThrow(
      "the cloudflare provider in use is the offline",
    );
    await expect(client.invoke("aws:index/getRegion:getRegion", {})).rejects.toThrow(/has no function .*offline/);
  });
});
