import { createRequire } from "node:module";
import type { Policies } from "@pulumi/policy";
import protocol from "@pulumi/pulumi/proto/analyzer_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { describe, expect, it } from "vitest";
import { servedAs } from "../../../policies/pack/pack.ts";
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

/** The SDK's own way from a request of the engine to its policies. */
const { makeAnalyzeRpcFun, makeAnalyzeStackRpcFun } = createRequire(import.meta.url)("@pulumi/policy/server.js") as {
  readonly makeAnalyzeRpcFun: Make;
  readonly makeAnalyzeStackRpcFun: Make;
};

async function asked(make: Make, policies: Policies, request: unknown): Promise<string[]> {
  const handle = make("pack", "1.0.0", "mandatory", policies);
  const response = await new Promise<Response>((resolve, reject) => {
    handle({ request }, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
  const levels = ["advisory", "mandatory"];
  const { diagnosticsList } = response.toObject();
  return diagnosticsList.map((each) => `${levels[each.enforcementlevel]} ${each.policyname}: ${each.message}`);
}

function judged(policies: Policies, type: string, name: string): Promise<string[]> {
  const request = new protocol.AnalyzeRequest();
  request.setType(type);
  request.setUrn(`urn:${name}`);
  request.setName(name);
  request.setProperties(structPb.Struct.fromJavaScript({}));
  request.setOptions(new protocol.AnalyzerResourceOptions());
  return asked(makeAnalyzeRpcFun, policies, request);
}

const ended = (policies: Policies) => asked(makeAnalyzeStackRpcFun, policies, new protocol.AnalyzeStackRequest());

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
const pack = () => servedAs([only("buckets", "bucket"), only("queues", "queue", "advisory"), atTheEnd]);

describe("a pack", () => {
  it("judges resources that are registered at once each by the policies for its type", async () => {
    const policies = pack();
    const both = await Promise.all([judged(policies, "bucket", "first"), judged(policies, "queue", "second")]);
    expect(both).toEqual([
      [expect.stringMatching(/^mandatory buckets: .*first is seen/s)],
      [expect.stringMatching(/^advisory queues: .*second is seen/s)],
    ]);
    expect(await ended(policies)).toEqual([expect.stringMatching(/^mandatory at-the-end: .*all is seen/s)]);
  });

  it("gives the SDK nothing to run for policies of other types, as it reads all properties anew for each", async () => {
    const policies = pack();
    const runs = () =>
      policies.flatMap((each) => ("validateResource" in each && each.validateResource ? [each.name] : []));
    const [recorder] = policies;
    await judged(recorder ? [recorder] : [], "queue", "only");
    expect(runs()).toEqual(["registrations-are-read", "queues"]);
  });

  it("refuses the whole where a policy that judges was passed over at a resource", async () => {
    const policies = pack();
    await judged(policies, "bucket", "seen");
    const [recorder] = policies;
    await judged(recorder ? [recorder] : [], "bucket", "overlooked");
    await expect(ended(policies)).rejects.toThrow("the policy buckets was never asked about urn:overlooked");
  });

  it("misses nothing of a policy that is switched off", async () => {
    const policies = pack();
    const rest = policies.filter(({ name }) => name !== "buckets");
    expect(await judged(rest, "bucket", "any")).toEqual([]);
    expect(await judged(rest, "queue", "other")).toHaveLength(1);
    expect(await ended(rest)).toHaveLength(1);
  });
});
