import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { parseStackConfig, type StackConfig } from "../../stacks/config/index.ts";
import { refuseOverBudget } from "../../stacks/plan/index.ts";
import { stackOf } from "../support/plan.ts";

const names = { project: "hybrid-llm", stack: "test" };

describe("a stack over its budget", () => {
  const budget = { monthlyInfrastructureUsd: 100, dailyLlmUsd: 0 };
  const limited = (stack: string) => parseStackConfig({ ...stackOf(stack), budget }, `Pulumi.${stack}.yaml`);

  it("is refused before it is composed, with total, parts, the largest and the key", async () => {
    const refused = refuseOverBudget(limited("dev"), names);
    await expect(refused).rejects.toBeInstanceOf(pulumi.RunError);
    const { message } = (await refused.catch((error: Error) => error)) as Error;
    expect(message).toMatch(
      /infrastructure is expected at \$\d+\.\d\d a month, \$\d+\.\d\d over the limit of \$100\.00/,
    );
    expect(message).toContain("raise hybrid-llm:stack.budget.monthlyInfrastructureUsd");
    expect(message).toMatch(/by region\s+eu-west-1\s+\$/);
    expect(message).toMatch(/by capability\s+karpenter\s+\$/);
    expect(message).toMatch(/largest\s+\$/);
    expect(message).toContain("headroom -$");
  }, 60_000);

  it("that can't be composed is refused with the reason of its composition", async () => {
    const dev = stackOf("dev");
    if (dev.kind !== "cloud") throw new Error("not in a cloud");
    const broken = {
      ...dev,
      secrets: { ...dev.secrets, vault: { ...dev.secrets.vault, unseal: "transit" } },
    } as StackConfig;
    await expect(refuseOverBudget(broken, names)).rejects.toThrow("transit without an address");
  }, 60_000);
});
