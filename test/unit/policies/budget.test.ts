import { afterEach, describe, expect, it, vi } from "vitest";
import { unknownValue } from "../../../infra/cost/index.ts";
import { budgetPack } from "../../../policies/budget/index.ts";
import { nearBudget } from "../../../policies/budget/near-budget.ts";
import { limitsOf, verdictOf } from "../../../policies/budget/verdict.ts";
import { withinBudget } from "../../../policies/budget/within-budget.ts";
import { merged, Plan, type PlanResource } from "../../../policies/pack/plan.ts";
import { planned, unknownText, violationsOf } from "./support.ts";

const budget = { monthlyInfrastructureUsd: 100, dailyLlmUsd: 20 };
const component = (more: Record<string, unknown> = {}, type = "hybrid-llm:network:Network") =>
  planned(type, { region: "us-east-1", budget, ...more }, { name: "us" });
const nat = planned(
  "aws:ec2/natGateway:NatGateway",
  {},
  { name: "nat", parent: "us", provider: { region: "us-east-1" } },
);
const cost = (quantity: number) => ({
  lines: [{ price: "nat.gateway", region: "us-east-1", quantity }],
  usage: [{ price: "nat.data", region: "us-east-1", quantity: 0 }],
});
/** Names of the policies of the pack that find something. */
const found = (...resources: PlanResource[]) =>
  budgetPack.policies.filter((policy) => violationsOf(policy, resources).length > 0).map(({ name }) => name);

describe("each fault is found by the policy meant for it, and by no other", () => {
  const release = planned("kubernetes:helm.sh/v3:Release", {}, { name: "kong", parent: "us" });
  it.each([
    ["nothing", [component({ cost: cost(1) }), nat], []],
    [
      "too much",
      [component({ cost: cost(1), budget: { ...budget, monthlyInfrastructureUsd: 10 } }), nat],
      ["within-budget"],
    ],
    ["too much for models", [component({ cost: { llmDailyUsd: 21 } })], ["within-budget"]],
    [
      "nearly too much",
      [component({ cost: cost(1), budget: { ...budget, monthlyInfrastructureUsd: 40 } }), nat],
      ["near-budget"],
    ],
    [
      "an unknown",
      [
        component({ cost: cost(1) }),
        nat,
        planned(
          "aws:ebs/volume:Volume",
          { type: "gp3", size: unknownText },
          { name: "v", parent: "us", provider: { region: "us-east-1" } },
        ),
      ],
      ["priceable"],
    ],
    [
      "what a program provides by itself",
      [
        component({ cost: cost(1) }),
        nat,
        planned("pulumi-nodejs:dynamic:Resource", { instances: unknownText }, { name: "own", parent: "us" }),
      ],
      ["priceable"],
    ],
    ["no declared use", [component({ cost: { lines: cost(1).lines } }), nat], ["usage-declared"]],
    ["an undeclared chart", [component(), release], ["charts-declared"]],
    ["a small manifest", [component({ cost: { ...cost(1), lines: [] } }), nat], ["manifests-honest"]],
    ["a manifest of another form", [component({ cost: { line: [] } })], ["manifests-honest"]],
    ["an unknown manifest", [component({ cost: unknownText })], ["manifests-honest"]],
  ])("%s", (_, resources, expected) => {
    expect(found(...resources)).toEqual(expected);
  });

  it("a chart that is declared beside it is priced", () => {
    const declares = {
      workloads: [{ name: "kong", replicas: 2, volumes: [{ gib: 10 }] }],
      services: [
        { name: "proxy", type: "LoadBalancer" },
        { name: "admin", type: "ClusterIP" },
      ],
    };
    const chart = component(
      { declares, budget: { ...budget, monthlyInfrastructureUsd: 17 } },
      "hybrid-llm:charts:ChartRelease",
    );
    expect(found(chart, release)).toEqual(["within-budget"]);
    expect(violationsOf(withinBudget, [chart, release])[0]).toContain("expected at $18.03 a month");
    const eachNode = { ...declares, workloads: [{ name: "x", replicas: "each-node", volumes: [{ gib: 1 }] }] };
    expect(found(component({ declares: eachNode }), release)).toEqual(["charts-declared", "manifests-honest"]);
  });
});

describe("a violation", () => {
  const urnsOf = (name: string, ...resources: PlanResource[]) => {
    const check = budgetPack.policies.find((policy) => policy.name === name)?.check;
    return check?.of === "plan" ? check.violations(new Plan(resources)).map(({ urn }) => urn) : [];
  };
  const volume = (name: string) =>
    planned("aws:ebs/volume:Volume", {}, { name, parent: "us", provider: { region: "us-east-1" } });

  it("is of the resource that it is about", () => {
    expect(urnsOf("priceable", component({ cost: cost(1) }), nat, volume("second"), volume("first"))).toEqual([
      "second",
      "first",
    ]);
  });

  it("is of the stack where it is about several", () => {
    expect(urnsOf("manifests-honest", component({ cost: cost(1) }), nat, { ...nat, name: "nat-b", urn: "b" })).toEqual([
      undefined,
    ]);
  });
});

describe("a warning of old prices", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is given to whoever has a budget", () => {
    vi.useFakeTimers({ now: new Date("2028-01-01"), toFake: ["Date"] });
    expect(violationsOf(nearBudget, [component({ cost: cost(1) }), nat])).toEqual([
      expect.stringContaining("refresh it with npm run prices"),
    ]);
    expect(violationsOf(nearBudget, [])).toEqual([]);
  });
});

describe("a verdict", () => {
  const verdict = (plan: Plan, monthlyInfrastructureUsd: number) =>
    verdictOf(plan, { monthlyInfrastructureUsd, dailyLlmUsd: 0, warnAtPercent: 80 });

  it("is reached once for a plan and its limits, whichever policy asks", () => {
    const plan = new Plan([component({ cost: cost(1) }), nat]);
    expect(verdict(plan.configured({ any: true }), 10)).toBe(verdict(plan, 10));
    expect(verdict(plan, 10).status).toBe("block");
    expect(verdict(plan, 100).status).toBe("ok");
    expect(verdict(new Plan([component(), { ...nat }]), 10).problems).not.toEqual([]);
  });
});

describe("the limits", () => {
  it("can be configured, as numbers", () => {
    const keys = ["monthlyInfrastructureUsd", "dailyLlmUsd", "warnAtPercent"];
    expect(Object.entries(withinBudget.config ?? {}).map(([key, { type }]) => [key, type])).toEqual(
      keys.map((key) => [key, "number"]),
    );
  });

  const limits = (resources: PlanResource[], config = {}) => limitsOf(new Plan(resources, config));

  it("are those of the configuration, else of the program, else none", () => {
    expect(limits([component()])).toEqual({ ...budget, warnAtPercent: 80 });
    expect(limits([component()], { monthlyInfrastructureUsd: 5 })).toMatchObject({
      monthlyInfrastructureUsd: 5,
      dailyLlmUsd: 0,
      warnAtPercent: 80,
    });
    expect(limits([], { monthlyInfrastructureUsd: 5, dailyLlmUsd: 6, warnAtPercent: 50 })).toEqual({
      monthlyInfrastructureUsd: 5,
      dailyLlmUsd: 6,
      warnAtPercent: 50,
    });
    expect(limits([component({ budget: { ...budget, warnAtPercent: 60 } })])).toMatchObject({ warnAtPercent: 60 });
    expect(limits([])).toBe("the stack has no budget");
    expect(violationsOf(withinBudget, [])).toEqual(["the stack has no budget"]);
  });

  it.each([
    ["unknown", unknownText],
    ["of another form", { monthlyInfrastructureUsd: "much", dailyLlmUsd: 1 }],
    ["a text", { monthlyInfrastructureUsd: "5", dailyLlmUsd: 1 }],
    ["negative", { monthlyInfrastructureUsd: -1, dailyLlmUsd: 1 }],
    ["partly unknown", { monthlyInfrastructureUsd: unknownText, dailyLlmUsd: 1 }],
  ])("that are %s are a violation", (_, value) => {
    expect(typeof limits([component({ budget: value })])).toBe("string");
  });

  it("that two components give differently are a violation", () => {
    const other = { ...component({ budget: { ...budget, dailyLlmUsd: 1000 } }), urn: "eu", name: "eu" };
    expect(limits([component(), other])).toContain("isn't known");
  });
});

describe("properties", () => {
  it("that a provider leaves out or doesn't know are those that the program gave", () => {
    const outputs = { size: unknownValue, kept: 2, nested: { a: unknownValue } };
    expect(merged(outputs, { size: 10, kept: 1, left: "here", nested: { a: 1, b: 2 } })).toEqual({
      size: 10,
      kept: 2,
      left: "here",
      nested: { a: 1, b: 2 },
    });
    expect(merged({ size: unknownValue }, {})).toEqual({ size: unknownValue });
    const [object, list] = [{ a: 1 }, [1]];
    expect(merged({ one: object, other: list }, { one: list, other: object })).toEqual({ one: object, other: list });
  });
});

describe("a plan", () => {
  it("takes what the policy's configuration says before what components say", () => {
    expect(new Plan([component({ place: "here" })]).fact("place")).toBe("here");
    expect(new Plan([component({ place: "here" })], { place: "there" }).fact("place")).toBe("there");
    expect(new Plan([component({ place: "here" })]).fact("other")).toBeUndefined();
    const silent = { ...component(), urn: "eu", name: "eu" };
    expect(new Plan([silent, component({ place: "here" })]).fact("place")).toBe("here");
  });

  it("knows a resource's region by itself, its provider, or its component; a cluster outside a cloud is one's own", () => {
    const site = planned("hybrid-llm:cluster:Site", { region: "site-a" }, { name: "site" });
    const claim = (parent: string) =>
      planned("kubernetes:core/v1:PersistentVolumeClaim", {}, { name: `c-${parent}`, parent });
    const plan = new Plan([component(), site, nat]);
    expect(plan.regionOf(nat)).toBe("us-east-1");
    expect(plan.regionOf({ ...nat, properties: { region: "eu-west-1" } })).toBe("eu-west-1");
    expect(plan.regionOf(claim("us"))).toBe("us-east-1");
    expect(plan.regionOf(claim("site"))).toBe("own");
    expect(plan.regionOf(claim("nobody"))).toBeUndefined();
    expect(plan.regionOf({ ...nat, provider: undefined, parent: "site" })).toBe("site-a");
    expect(plan.capabilityOf(nat)).toBe("network");
  });
});
