import { beforeAll, describe, expect, it } from "vitest";
import {
  type BudgetVerdict,
  checkBudget,
  plainProperties,
  type Registered,
  Registrations,
} from "../../infra/cost/index.ts";
import { dailyLlmUsd } from "../../infra/router/index.ts";
import { parseRouterConfig } from "../../runtime/config/index.ts";
import { parseStackConfig, type StackConfig } from "../../stacks/config/index.ts";
import { planOf as dryPlanOf, verdictOf } from "../../stacks/plan/index.ts";
import { planOf, stackOf } from "../support/plan.ts";
import type { Registration } from "../support/pulumi-mocks.ts";

const names = { project: "hybrid-llm", stack: "test" };
const now = new Date("2026-11-30");

/** What was really registered, with what AWS computes, judged as the pack does. */
async function registered(config: StackConfig): Promise<BudgetVerdict> {
  const found = await planOf(config);
  const providers = new Map(
    found.filter(({ type }) => type.startsWith("pulumi:providers:")).map((one) => [one.name, one]),
  );
  const urnOf = ({ type, name }: Registration) => `${type}::${name}`;
  const components = new Map(found.filter(({ custom }) => !custom).map((one) => [one.name, one]));
  const plan = new Registrations(
    found.map((one): Registered => {
      const parent = one.parent === undefined ? undefined : components.get(one.parent);
      const provider = one.provider === undefined ? undefined : providers.get(one.provider);
      return {
        type: one.type,
        name: one.name,
        urn: urnOf(one),
        parent: parent && urnOf(parent),
        provider: provider && plainProperties(provider.inputs),
        properties: plainProperties(one.inputs),
      };
    }),
  );
  return checkBudget({ limits: config.budget, resources: plan.costResources(), ...plan.manifests(), now });
}

const cents = (totals: BudgetVerdict["byRegion"]) => totals.map(([region, { max }]) => [region, max.toFixed(2)]);

describe.each(["dev", "prod", "airgap", "cluster"])("what %s costs", (stack) => {
  const config = stackOf(stack);
  let before: BudgetVerdict;
  beforeAll(async () => {
    before = verdictOf(await dryPlanOf(config, names), config, now);
  });

  it("is known before anything is registered, to the cent", async () => {
    const after = await registered(config);
    expect(before.total.expected).toBeCloseTo(after.total.expected, 6);
    expect(before.total.max).toBeCloseTo(after.total.max, 6);
    expect(before.estimate.items.length).toBe(after.estimate.items.length);
    expect(cents(before.byRegion)).toEqual(cents(after.byRegion));
  });

  it("is within its budget, and no part of it is without a price", () => {
    expect([...before.problems, ...before.blocks]).toEqual([]);
  });
});

describe("what is billed by use", () => {
  it("is reckoned from what a region's month is expected to bring", async () => {
    const dev = stackOf("dev");
    if (dev.kind !== "cloud") throw new Error("not in a cloud");
    const busy = {
      ...dev,
      regions: dev.regions.map((one) => ({ ...one, monthlyUse: { ...one.monthlyUse, trafficGB: 1_050 } })),
    };
    const cost = async (config: StackConfig) => verdictOf(await dryPlanOf(config, names), config, now).total.expected;
    // 1000 GB more: out to the internet at 0.09, through the NAT gateway at 0.048, and 1000 GB-hours of the balancer's units at 0.006.
    expect((await cost(busy)) - (await cost(dev))).toBeCloseTo(1_000 * (0.09 + 0.048 + 0.006), 1);
  });
});

const changed = (stack: string, changes: object): StackConfig =>
  parseStackConfig({ ...stackOf(stack), ...changes }, `Pulumi.${stack}.yaml`);

describe("a stack that leaves a price out", () => {
  it("is told which: Aurora's storage has none in Ireland", async () => {
    const data = { postgres: { provider: "aurora", storageGiB: 50 }, redis: { provider: "elasticache" } };
    const config = changed("prod", { data });
    const { problems } = verdictOf(await dryPlanOf(config, names), config, now);
    expect(problems.map(({ kind, region, why }) => [kind, region, why.includes("aurora.")])).toEqual([
      ["unpriceable", "eu-west-1", true],
      ["unpriceable", "eu-west-1", true],
    ]);
  });
});

describe("what routers may spend on models", () => {
  const version = (config: object) => ({ config: parseRouterConfig(config, "test") });

  it("is the dearest day of the versions that serve; a month's limit is one of a day too", () => {
    expect(dailyLlmUsd({ a: version({}), b: version({ budgets: { stack: { day: 80, month: 70 } } }) })).toBe(70);
  });

  it("is nothing behind an air gap, and must be said elsewhere", () => {
    expect(
      dailyLlmUsd({ a: version({ airgap: true, failoverChain: ["local"], budgets: { stack: {} } }) }),
    ).toBeUndefined();
    expect(() => dailyLlmUsd({ a: version({ budgets: { stack: {} } }) })).toThrow(
      "versions.a.config.budgets.stack: sets no limit",
    );
  });
});
