import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type BudgetLimits, checkBudget } from "../../../infra/cost/index.ts";
import { refuseOverBudget } from "../../../stacks/plan/index.ts";
import { stackOf } from "../../support/plan.ts";
import { declared, resource } from "../cost/support.ts";

afterEach(() => vi.restoreAllMocks());

const gateway = resource("aws:ec2/natGateway:NatGateway", {});
const use = declared({ usage: [{ price: "nat.data", region: "us-east-1", quantity: 0 }] });

/** What a program does about one gateway, which costs $32.85 a month; and what it tells. */
async function heeded(limits: Partial<BudgetLimits>, resources = [gateway], stack = "dev") {
  const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  const budget = { monthlyInfrastructureUsd: 100, dailyLlmUsd: 0, warnAtPercent: 80, ...limits };
  const verdict = checkBudget({ limits: budget, resources, manifests: [use], now: new Date("2026-12-01") });
  const names = { project: "hybrid-llm", stack };
  const error = await refuseOverBudget(stackOf(stack), names, async () => verdict).catch((error: unknown) => error);
  return { error, warnings: warn.mock.calls.map(([message]) => message) };
}

describe("a program", () => {
  it("goes on silently within its budget", async () => {
    expect(await heeded({})).toEqual({ error: undefined, warnings: [] });
  });

  it("goes on and says so near its limit", async () => {
    const { error, warnings } = await heeded({ monthlyInfrastructureUsd: 35 });
    expect(error).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining("94 % of hybrid-llm:stack.budget.monthlyInfrastructureUsd")]);
  });

  it.each([
    ["over its limit", { monthlyInfrastructureUsd: 30 }, [gateway], "over the limit of $30.00"],
    ["where a part has no price", {}, [resource("acme:index:Thing", {})], "knows no price for this type"],
  ])("ends %s, with the reason and without a stack trace", async (_, limits, resources, reason) => {
    const { error } = await heeded(limits, resources);
    expect(error).toBeInstanceOf(pulumi.RunError);
    expect(String(error)).toContain("nothing is deployed: the stack is refused by its budget");
    expect(String(error)).toContain(reason);
    expect(String(error)).toMatch(/\S$/);
  });

  it("isn't asked for the cost of a stack that rents nothing", async () => {
    expect(await heeded({ monthlyInfrastructureUsd: 0 }, [gateway], "local")).toEqual({
      error: undefined,
      warnings: [],
    });
  });
});
