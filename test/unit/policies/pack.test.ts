import { createRequire } from "node:module";
import * as grpc from "@grpc/grpc-js";
import type { Policies } from "@pulumi/policy";
import deserialize from "@pulumi/policy/deserialize.js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import protocol from "@pulumi/pulumi/proto/analyzer_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Plan, PlanResource } from "../../../policies/pack/plan.ts";
import type { Policy } from "../../../policies/pack/policy.ts";

interface Diagnostic {
  readonly policyname: string;
  readonly enforcementlevel: number;
  readonly message: string;
}
interface Response {
  toObject(): { readonly diagnosticsList: Diagnostic[] };
}
type Handler = (call: { readonly request: unknown }, answer: (error: unknown, response: Response) => void) => void;
type Make = (pack: string, version: string, level: string, policies: Policies) => Handler;

/** A process of its own for each: what is registered is taken down in the module. */
let servedAs: typeof import("../../../policies/pack/pack.ts").servedAs;
beforeEach(async () => {
  vi.resetModules();
  ({ servedAs } = await import("../../../policies/pack/pack.ts"));
}, 60_000);

/** The SDK's own way from a request of the engine to its policies. */
const { makeAnalyzeRpcFun, makeAnalyzeStackRpcFun } = createRequire(import.meta.url)("@pulumi/policy/server.js") as {
  readonly makeAnalyzeRpcFun: Make;
  readonly makeAnalyzeStackRpcFun: Make;
};

const levels = ["advisory", "mandatory"];

async function asked(make: Make, policies: Policies, request: unknown): Promise<string[]> {
  const handle = make("pack", "1.0.0", "mandatory", policies);
  const response = await new Promise<Response>((resolve, reject) => {
    handle({ request }, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
  const { diagnosticsList } = response.toObject();
  return diagnosticsList.map((each) => `${levels[each.enforcementlevel]} ${each.policyname}: ${each.message}`);
}

interface Told {
  readonly type: string;
  readonly name: string;
  readonly properties?: Record<string, structPb.JavaScriptValue>;
  /** The URN of what it is part of: as an option of it, or as what it is registered under. */
  readonly parent?: string;
  readonly registeredUnder?: string;
  readonly protect?: boolean;
  readonly provider?: Record<string, structPb.JavaScriptValue>;
}

function filled<T extends protocol.AnalyzeRequest | protocol.AnalyzerResource>(message: T, told: Told): T {
  const { type, name, properties = {}, parent = "", protect = false, provider } = told;
  message.setType(type);
  message.setUrn(`urn:${name}`);
  message.setName(name);
  message.setProperties(structPb.Struct.fromJavaScript(properties));
  const options = new protocol.AnalyzerResourceOptions();
  options.setParent(parent);
  options.setProtect(protect);
  message.setOptions(options);
  if (provider !== undefined) {
    const of = new protocol.AnalyzerProviderResource();
    of.setProperties(structPb.Struct.fromJavaScript(provider));
    message.setProvider(of);
  }
  return message;
}

/** What the engine is answered as a program registers something. */
function registered(policies: Policies, told: Told): Promise<string[]> {
  return asked(makeAnalyzeRpcFun, policies, filled(new protocol.AnalyzeRequest(), told));
}

const judged = (policies: Policies, type: string, name: string) => registered(policies, { type, name });

/** What it is answered at the end. */
function ended(policies: Policies, ...plan: Told[]): Promise<string[]> {
  const request = new protocol.AnalyzeStackRequest();
  request.setResourcesList(
    plan.map((told) => {
      const resource = filled(new protocol.AnalyzerResource(), told);
      resource.setParent(told.registeredUnder ?? "");
      return resource;
    }),
  );
  return asked(makeAnalyzeStackRpcFun, policies, request);
}

const only = (name: string, type: string, level: Policy["level"] = "mandatory"): Policy => ({
  name,
  level,
  reason: "It is a test.",
  link: "none",
  fix: "nothing",
  check: { of: "resource", applies: (each) => each === type, violations: (resource) => [`${resource.name} is seen`] },
});
const atTheEnd: Policy = {
  ...only("at-the-end", ""),
  check: { of: "plan", violations: () => [{ message: "all is seen" }] },
};
const pack = () =>
  servedAs([
    only("buckets", "bucket"),
    only("queues", "queue", "advisory"),
    atTheEnd,
    { ...atTheEnd, name: "after-it" },
  ]);

describe("a pack", () => {
  it("judges resources that are registered at once each by the policies for its type", async () => {
    const policies = pack();
    const both = await Promise.all([judged(policies, "bucket", "first"), judged(policies, "queue", "second")]);
    expect(both).toEqual([
      [expect.stringMatching(/^mandatory buckets: .*first is seen/s)],
      [expect.stringMatching(/^advisory queues: .*second is seen/s)],
    ]);
    expect(await ended(policies)).toEqual([
      expect.stringMatching(/^mandatory at-the-end: .*all is seen/s),
      expect.stringMatching(/^mandatory after-it: .*all is seen/s),
    ]);
  });

  it("is told each resource's properties once, however many policies judge it", async () => {
    const { readOnce } = await import("../../../policies/pack/read-once.ts");
    readOnce();
    const reads = vi.spyOn(structPb.Struct.prototype, "toJavaScript");
    const policies = pack();
    await registered(policies, { type: "bucket", name: "first", properties: { size: 1 } });
    expect(reads).toHaveBeenCalledTimes(1);
    await ended(policies, { type: "bucket", name: "first" }, { type: "bucket", name: "second" });
    expect(reads).toHaveBeenCalledTimes(3);
  });

  it("misses nothing of a policy that is switched off", async () => {
    const policies = pack();
    const rest = policies.filter(({ name }) => name !== "buckets");
    expect(await judged(rest, "bucket", "any")).toEqual([]);
    expect(await judged(rest, "queue", "other")).toHaveLength(1);
    expect(await ended(rest)).toHaveLength(2);
  });

  it("judges on its own where the taking down is switched off", async () => {
    const policies = pack().slice(1);
    expect(await judged(policies, "bucket", "any")).toEqual([
      expect.stringMatching(/^mandatory buckets: .*any is seen/s),
    ]);
    expect(await judged(policies, "queue", "other")).toEqual([
      expect.stringMatching(/^advisory queues: .*other is seen/s),
    ]);
  });

  it("tells a policy of one resource what was registered before it", async () => {
    const after: Policy = {
      ...only("after", "bucket"),
      check: {
        of: "resource",
        applies: (type) => type === "bucket",
        violations: (_, plan) => [`place is ${String(plan.fact("place"))}`],
      },
    };
    const policies = servedAs([after]);
    const site = (name: string, place: string) =>
      registered(policies, { type: "hybrid-llm:region:Site", name, properties: { place } });
    expect(await judged(policies, "bucket", "early")).toEqual([expect.stringContaining("place is undefined")]);
    await site("first", "here");
    expect(await judged(policies, "bucket", "late")).toEqual([expect.stringContaining("place is here")]);
    await site("second", "there");
    expect(await judged(policies, "bucket", "last")).toEqual([expect.stringContaining("place is [object Object]")]);
  });

  it("asks the components for a fact once, until another one is registered", async () => {
    const { Plan } = await import("../../../policies/pack/plan.ts");
    const asked = vi.spyOn(Plan.prototype, "components");
    const two = ["one", "other"].map(
      (name): Policy => ({
        ...only(name, ""),
        check: {
          of: "resource",
          applies: (type) => type === "bucket",
          violations: (_, plan) => [String(plan.fact("place"))],
        },
      }),
    );
    const policies = servedAs(two);
    for (const name of ["first", "second"]) await judged(policies, "bucket", name);
    expect(asked).toHaveBeenCalledTimes(1);
    await judged(policies, "hybrid-llm:region:Site", "site");
    await judged(policies, "bucket", "third");
    expect(asked).toHaveBeenCalledTimes(2);
  });

  it.each<[string, (resource: PlanResource) => unknown]>([
    ["the parent", ({ parent }) => parent],
    ["the protection", ({ protect }) => protect],
    ["the provider's region", ({ provider }) => provider?.region],
    ["a property", ({ properties }) => properties.size],
  ])("tells a policy of one resource of %s, and that there is none", async (_, read) => {
    const reading: Policy = {
      ...only("reading", ""),
      check: { of: "resource", applies: () => true, violations: (resource) => [`it is <${String(read(resource))}>`] },
    };
    const told = { parent: "above", protect: true, provider: { region: "above" }, properties: { size: "above" } };
    const whole = await registered(servedAs([reading]), { type: "bucket", name: "whole", ...told });
    expect(whole).toEqual([expect.stringMatching(/it is <(?:above|true)>/)]);
    const bare = await registered(servedAs([reading]), { type: "bucket", name: "bare" });
    expect(bare).toEqual([expect.stringMatching(/it is <(?:undefined|false)>/)]);
  });

  it("that fails is no consent", async () => {
    const fail = (): never => {
      throw new Error("a broken rule");
    };
    const applies = () => true;
    const atOne = servedAs([{ ...only("broken", ""), check: { of: "resource", applies, violations: fail } }]);
    await expect(judged(atOne, "bucket", "any")).rejects.toThrow(
      "the policy broken failed, so nothing is deployed: a broken rule",
    );
    const atAll = servedAs([{ ...only("broken", "", "advisory"), check: { of: "plan", violations: fail } }]);
    await expect(ended(atAll)).rejects.toThrow("the policy broken failed, so nothing is deployed: a broken rule");
  });
});

describe("the plan at the end", () => {
  const plans: Plan[] = [];
  const looking = (name: string): Policy => ({
    ...only(name, ""),
    check: {
      of: "plan",
      violations(plan) {
        plans.push(plan);
        return [];
      },
    },
  });
  beforeEach(() => {
    plans.length = 0;
  });
  const bucket = (name: string, more: Partial<Told> = {}): Told => ({ type: "bucket", name, ...more });
  const names = () => plans.map(({ resources }) => resources.map(({ name }) => name).join());

  it("has what was planned, completed by what the program gave", async () => {
    const policies = servedAs([looking("one")]);
    await registered(policies, bucket("first", { properties: { size: 1, given: "yes" } }));
    const planned = { properties: { size: 2 }, protect: true, provider: { region: "us-east-1" } };
    await ended(
      policies,
      bucket("first", { ...planned, parent: "urn:elsewhere" }),
      bucket("second", { registeredUnder: "urn:first" }),
    );
    expect(plans[0]?.resources).toEqual([
      {
        ...{ type: "bucket", name: "first", urn: "urn:first", parent: "urn:elsewhere", protect: true },
        provider: { region: "us-east-1" },
        properties: { size: 2, given: "yes" },
      },
      {
        ...{ type: "bucket", name: "second", urn: "urn:second", parent: "urn:first", protect: false },
        provider: undefined,
        properties: {},
      },
    ]);
  });

  it("is read once for all policies, and anew once something else is registered or planned", async () => {
    const policies = servedAs([looking("one"), looking("other")]);
    await registered(policies, bucket("first"));
    await ended(policies, bucket("first"));
    expect(plans[0]?.resources[0]).toBe(plans[1]?.resources[0]);
    await registered(policies, bucket("second"));
    await ended(policies, bucket("second"));
    await ended(policies, bucket("first"), bucket("second"));
    expect(names()).toEqual(["first", "first", "second", "second", "first,second", "first,second"]);
  });

  it("is read anew each time where the taking down is switched off", async () => {
    const policies = servedAs([looking("one")]);
    await ended(policies, bucket("first"));
    await ended(policies, bucket("second"));
    expect(names()).toEqual(["first", "second"]);
  });
});

describe("a served pack", () => {
  it("tells the engine, by its protocol, its policies with their levels and what can be configured", async () => {
    const port = new Promise<string>((resolve) => {
      vi.spyOn(console, "log").mockImplementationOnce(resolve);
    });
    const config = { most: { type: "number", description: "how many" } } as const;
    const { servePack } = await import("../../../policies/pack/pack.ts");
    const { deserializeProperties } = deserialize as { deserializeProperties?: unknown };
    servePack({
      name: "tested",
      description: "It is a test.",
      policies: [{ ...only("buckets", "bucket"), config }, only("queues", "queue", "advisory")],
    });
    const client = new AnalyzerClient(`127.0.0.1:${await port}`, grpc.credentials.createInsecure());
    const info = await new Promise<protocol.AnalyzerInfo>((resolve, reject) => {
      client.getAnalyzerInfo(new emptyPb.Empty(), (error, answer) => (error ? reject(error) : resolve(answer)));
    });
    client.close();
    expect(deserialize, "reads each resource once").not.toHaveProperty("deserializeProperties", deserializeProperties);
    const told = info.getPoliciesList().map((policy) => ({
      name: policy.getName(),
      level: levels[policy.getEnforcementlevel()],
      description: policy.getDescription(),
      config: Object.keys(policy.getConfigschema()?.getProperties()?.toJavaScript() ?? {}),
    }));
    expect([info.getName(), info.getDescription()]).toEqual(["tested", "It is a test."]);
    const description = "It is a test.";
    expect(told).toEqual([
      expect.objectContaining({ name: "registrations-are-read", level: "mandatory" }),
      { name: "buckets", level: "mandatory", description, config: ["most"] },
      { name: "queues", level: "advisory", description, config: [] },
    ]);
  });
});
