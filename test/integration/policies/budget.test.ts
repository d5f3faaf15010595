import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Project } from "./support.ts";

let project: Project;
beforeAll(async () => {
  project = await Project.create("budget");
});
afterAll(() => project.remove());

/** A region with gateways, declared as a component does it; $32.85 each. */
function region(given: { gateways?: number; limit?: number; declared?: number; more?: string } = {}): string {
  const { gateways = 2, limit = 100, declared = gateways, more = "" } = given;
  return `
const aws = provider("aws", { region: "us-east-1" });
const region = component("hybrid-llm:network:Network", "us", {
  region: "us-east-1",
  budget: { monthlyInfrastructureUsd: ${limit}, dailyLlmUsd: 20, warnAtPercent: 80 },
  cost: {
    lines: [{ price: "nat.gateway", region: "us-east-1", quantity: ${declared} }],
    usage: [{ price: "nat.data", region: "us-east-1", quantity: 0 }],
  },
}, { providers: { aws } });
const own = { parent: region };
for (let index = 0; index < ${gateways}; index++) {
  const inputs = { subnetId: "subnet-" + index, allocationId: "e-" + index };
  resource("aws:ec2/natGateway:NatGateway", "us-nat-" + index, inputs, own);
}
${more}`;
}

/** What a component declares is enough: nothing of it needs a cloud. */
const declaring = (limit: number): string => `
component("hybrid-llm:network:Network", "us", {
  region: "us-east-1",
  budget: { monthlyInfrastructureUsd: ${limit}, dailyLlmUsd: 20, warnAtPercent: 80 },
  cost: { lines: [{ price: "nat.gateway", region: "us-east-1", quantity: 4 }] },
});`;

describe("the budget pack in the real engine", () => {
  it.each([false, true])("lets a plan within its budget pass (as an executable: %s)", async (executable) => {
    project.program(region());
    const { code, stdout, stderr } = await project.preview({ executable });
    expect(stdout + stderr).toContain("✅ hybrid-llm-budget");
    expect(code).toBe(0);
  });

  it("blocks a plan over it and says total, parts, the largest and the key", async () => {
    project.program(region({ gateways: 4, limit: 1e9 }));
    const { code, stdout } = await project.preview({
      config: { "within-budget": { monthlyInfrastructureUsd: 100, dailyLlmUsd: 20 } },
    });
    expect(code).not.toBe(0);
    expect(stdout).toMatch(/\[mandatory\] +within-budget/);
    expect(stdout).toContain("infrastructure is expected at $131.40 a month, $31.40 over the limit of $100.00");
    expect(stdout).toContain("hybrid-llm:stack.budget.monthlyInfrastructureUsd");
    expect(stdout).toMatch(/by region\s+us-east-1\s+\$131\.40/);
  });

  it("warns near the limit and lets it pass", async () => {
    project.program(region({ gateways: 3 }));
    const { code, stdout } = await project.preview();
    expect(code).toBe(0);
    expect(stdout).toMatch(/\[advisory\] +near-budget/);
    expect(stdout).toContain("99 % of hybrid-llm:stack.budget.monthlyInfrastructureUsd");
  });

  it("blocks what is unknown, missing, without a price or under-declared, although everything is cheap", async () => {
    const volume = `"aws:ebs/volume:Volume"`;
    const more = `
const address = resource("aws:ec2/eip:Eip", "us-address", {}, own);
resource(${volume}, "us-unknown", { availabilityZone: "a", type: "gp3", size: address.id.apply(Number) }, own);
resource(${volume}, "us-missing", { availabilityZone: "a", type: "gp3" }, own);
resource("aws:ec2/instance:Instance", "us-type", { ami: "a", instanceType: "u-12tb1.metal" }, own);
resource("aws:redshift/cluster:Cluster", "us-redshift", { clusterIdentifier: "c", nodeType: "ra3.large" }, own);`;
    project.program(region({ declared: 1, more }));
    const { code, stdout } = await project.preview();
    expect(code).not.toBe(0);
    expect(stdout).toMatch(/\[mandatory\] +priceable/);
    expect(stdout).toMatch(/us-unknown \(us-east-1\): size isn't known before the deployment/);
    expect(stdout).toMatch(/us-missing \(us-east-1\): size is missing/);
    expect(stdout).toMatch(/us-type \(us-east-1\): the price table has no ec2\.u-12tb1\.metal/);
    expect(stdout).toMatch(/us-redshift \(us-east-1\): the cost model knows no price for this type/);
    expect(stdout).toMatch(/\[mandatory\] +manifests-honest/);
    expect(stdout).toContain("declare 1 of nat.gateway, the resources say 2");
  });

  it("judges an update, and what was deployed without it, by the same rules", async () => {
    project.program(declaring(100));
    const refused = await project.up("--skip-preview", "--policy-pack", project.pack);
    expect(refused.stdout).toContain("$31.40 over the limit of $100.00");
    expect(refused.code).not.toBe(0);

    expect((await project.up("--skip-preview")).code).toBe(0);
    const found = await project.analyze();
    expect(found.stdout).toContain("$31.40 over the limit of $100.00");
    expect(found.code).not.toBe(0);
  });
});
