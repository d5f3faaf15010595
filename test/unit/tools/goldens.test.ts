import { homedir } from "node:os";
import { describe, expect, it } from "vitest";
import { Registrations, unknownValue, type Values } from "../../../infra/cost/index.ts";
import { stateDirectory } from "../../../infra/machine/index.ts";
import type { PlannedResource } from "../../../stacks/plan/index.ts";
import { goldensOf, lossesOf, recordOf } from "../../../tools/goldens/index.ts";
import { stackOf } from "../../support/plan.ts";

const resource = (
  type: string,
  name: string,
  properties: Values,
  more: Partial<PlannedResource> = {},
): PlannedResource => ({
  ...{ type, name, urn: name, parent: undefined, provider: undefined, properties },
  ...{ protect: false, retained: false },
  ...more,
});
const component = resource("hybrid-llm:data:Data", "eu-west-1-data", {});
const bucket = (properties: Values, more: Partial<PlannedResource> = {}, name = "eu-west-1-data-bucket") =>
  resource("aws:s3/bucket:Bucket", name, properties, { parent: component.urn, ...more });
const goldens = (...resources: PlannedResource[]) => {
  const files = goldensOf(new Registrations(resources), "dev", stackOf("dev"));
  return { lines: (files.get("dev.txt") ?? "").trimEnd().split("\n"), yaml: files.get("dev.yaml") ?? "" };
};

describe("a plan's golden files", () => {
  it("have a line for each resource, in order of name, that says what it is part of and whether it is kept", () => {
    const hash = expect.stringMatching(/^[0-9a-f]{8}$/);
    const { lines } = goldens(bucket({ acl: "private" }, { protect: true, retained: true }), component);
    expect(lines.slice(0, 2)).toEqual(["2 resources", ""]);
    expect(lines.slice(2).map((line) => line.split("  "))).toEqual([
      ["eu-west-1-data", "hybrid-llm:data:Data", hash],
      ["eu-west-1-data-bucket", "aws:s3/bucket:Bucket", "in data:Data", hash, "protected", "retained"],
    ]);
  });

  it("change with an input, and not with the order in which inputs are told", () => {
    const of = (properties: Values) => goldens(bucket(properties));
    expect(of({ a: 1, b: { c: 2, d: 3 } })).toEqual(of({ b: { d: 3, c: 2 }, a: 1 }));
    expect(of({ a: 1 }).lines).not.toEqual(of({ a: 2 }).lines);
    expect(of({ a: 1 }).yaml).not.toEqual(of({ a: 2 }).yaml);
  });

  it("show what is put into the first region's resources, and its embedded JSON by lines", () => {
    const elsewhere = bucket({ secondRegion: true }, {}, "us-east-1-data-bucket");
    const { yaml, lines } = goldens(bucket({ policy: '{"Version":"1"}', arn: unknownValue }), elsewhere, component);
    expect(yaml).toBe(
      [
        "resource: eu-west-1-data-bucket",
        "type: aws:s3/bucket:Bucket",
        "inputs:",
        "  arn: (computed)",
        "  policy: |-",
        "    {",
        '      "Version": "1"',
        "    }",
        "",
      ].join("\n"),
    );
    expect(lines.at(-1)).toContain("us-east-1-data-bucket");
  });

  it("are the same whoever has the state where, and whatever the runtime's code is", () => {
    const service = (bundle: string, directory: string) =>
      goldens(resource("machine:index:Service", "eu-west-1-router", { bundle, directory }));
    expect(service("one", `${stateDirectory()}/local`)).toEqual(service("another", "$STATE/local"));
    const cluster = (kubeconfig: string) =>
      goldens(resource("pulumi:providers:kubernetes", "eu-west-1-kubernetes", { kubeconfig }));
    expect(cluster(`${homedir()}/.kube/config`)).toEqual(cluster("~/.kube/config"));
  });
});

describe("a recorded stack", () => {
  const plan = (...resources: PlannedResource[]) => new Registrations(resources);
  const key = (properties: Values, name = "pki-root-key") =>
    resource("tls:index/privateKey:PrivateKey", name, properties);
  const before = plan(component, bucket({ bucket: "data", tags: { of: "a" } }), key({ algorithm: "RSA" }));

  it("holds what would be lost, by the types of all that it is part of", () => {
    const queue = resource("aws:sqs/queue:Queue", "eu-west-1-queue", {});
    const guarded = resource("aws:sqs/queue:Queue", "eu-west-1-guarded", {}, { protect: true });
    expect(Object.keys(recordOf(plan(component, bucket({}), queue, guarded)))).toEqual([
      "aws:sqs/queue:Queue::eu-west-1-guarded",
      "hybrid-llm:data:Data$aws:s3/bucket:Bucket::eu-west-1-data-bucket",
    ]);
  });

  it("loses nothing by what is changed in place, or added", async () => {
    const after = plan(
      component,
      bucket({ bucket: "data", tags: { of: "b" } }),
      key({ algorithm: "RSA" }),
      key({ algorithm: "RSA" }, "pki-other-key"),
    );
    expect(await lossesOf(recordOf(before), after)).toEqual([]);
  });

  it("says what is no longer there, what lies in another component, and what is replaced by which change", async () => {
    const moved = { ...component, type: "hybrid-llm:stores:Data" };
    const after = plan(moved, bucket({ bucket: "data" }), key({ algorithm: "ECDSA" }));
    expect(await lossesOf(recordOf(before), after)).toEqual([
      "hybrid-llm:data:Data$aws:s3/bucket:Bucket::eu-west-1-data-bucket would be deleted",
      "tls:index/privateKey:PrivateKey::pki-root-key would be replaced: algorithm",
    ]);
    const renamed = plan(component, bucket({ bucket: "other" }), key({ algorithm: "RSA" }));
    expect(await lossesOf(recordOf(before), renamed)).toEqual([
      "hybrid-llm:data:Data$aws:s3/bucket:Bucket::eu-west-1-data-bucket would be replaced: bucket",
    ]);
  });
});
