import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { placeOf, RegionComponent, type RegionScope, refuseDefaultProviders } from "../../infra/region/index.ts";
import { registrationsOf } from "../support/pulumi-mocks.ts";

class Thing extends RegionComponent<RegionScope> {
  constructor(name: string, scope: RegionScope, opts?: pulumi.ComponentResourceOptions) {
    super("hybrid-llm:test:Thing", name, scope, { monthlyUsd: 1 }, opts);
    new kubernetes.core.v1.ConfigMap(this.named("settings"), { data: { region: scope.name } }, this.own());
    if (scope.aws) new aws.sqs.Queue(this.named("queue"), {}, this.own());
    this.registerOutputs({});
  }
}

const scopeOf = (name: string): RegionScope => ({
  ...placeOf({ stack: "hybrid-llm-test", name }),
  aws: new aws.Provider(`${name}-aws`, { region: name as aws.Region }),
  kubernetes: new kubernetes.Provider(`${name}-kubernetes`, {}),
});

describe("a component of a region", () => {
  it("hands its region's providers to its children, and names them after itself", async () => {
    const found = await registrationsOf(() => {
      refuseDefaultProviders();
      for (const name of ["eu-west-1", "us-east-1"]) new Thing(`${name}-thing`, scopeOf(name));
    });
    const children = found.filter(({ custom, type }) => custom && !type.startsWith("pulumi:"));
    expect(children.map(({ name, parent, provider }) => [name, parent, provider])).toEqual([
      ["eu-west-1-thing-queue", "eu-west-1-thing", "eu-west-1-aws"],
      ["eu-west-1-thing-settings", "eu-west-1-thing", "eu-west-1-kubernetes"],
      ["us-east-1-thing-queue", "us-east-1-thing", "us-east-1-aws"],
      ["us-east-1-thing-settings", "us-east-1-thing", "us-east-1-kubernetes"],
    ]);
    expect(found.find(({ name }) => name === "eu-west-1-thing")?.inputs).toEqual({
      region: "eu-west-1",
      monthlyUsd: 1,
    });
  });

  it("is refused a child of a provider that nobody gave it", async () => {
    const messages: string[] = [];
    const attempt = (make: () => unknown): void => {
      try {
        make();
      } catch (error) {
        messages.push((error as Error).message);
      }
    };
    const found = await registrationsOf(() => {
      refuseDefaultProviders();
      const { aws: _, ...withoutAws } = scopeOf("site-a");
      const thing = new Thing("thing", withoutAws);
      attempt(() => new aws.sqs.Queue("loose", {}));
      attempt(() => new aws.sqs.Queue("thing-queue", {}, { parent: thing }));
      attempt(() => new aws.sqs.Queue("given", {}, { provider: new aws.Provider("other", {}) }));
    });
    expect(messages).toEqual(
      ["loose", "thing-queue"].map(
        (name) =>
          `${name} (aws:sqs/queue:Queue) has no explicit provider: make it a child of a component of its region`,
      ),
    );
    expect(found.map(({ name }) => name)).not.toContain("loose");
    expect(found.find(({ name }) => name === "given")?.provider).toBe("other");
  });
});
