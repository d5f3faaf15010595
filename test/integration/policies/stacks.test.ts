import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StackConfig } from "../../../stacks/config/index.ts";
import { projectDirectory, silent } from "../../../tools/engine/index.ts";
import { ensurePacks, type Packs } from "../../../tools/policies/index.ts";
import { stackOf } from "../../support/plan.ts";
import { PulumiProgram } from "../../support/pulumi-program.ts";

let program: PulumiProgram;
let packs: Packs;
beforeAll(async () => {
  [program, packs] = await Promise.all([PulumiProgram.open(), ensurePacks(silent)]);
  program.write(
    `export { default } from ${JSON.stringify(pathToFileURL(join(projectDirectory, "stacks", "main.ts")).href)};`,
  );
});
afterAll(() => program?.remove());

const judged = () => ["--policy-pack", packs.executable, "--policy-pack-config", packs.config];
const configure = (config: object) => program.run("config", "set", "--stack", "test", "stack", JSON.stringify(config));
const dev = (changes: Partial<Extract<StackConfig, { kind: "cloud" }>> = {}) =>
  configure({ ...stackOf("dev"), ...changes });
const tight = { monthlyInfrastructureUsd: 100, dailyLlmUsd: 10, warnAtPercent: 80 };

describe("a stack over its budget, in the real engine", () => {
  it.each([false, true])("ends its preview before anything is registered (policy pack: %s)", async (withPack) => {
    await dev({ budget: tight });
    const { ok, output } = await program.preview(...(withPack ? judged() : []));
    expect(ok).toBe(false);
    expect(output).toMatch(
      /infrastructure is expected at \$\d+\.\d\d a month, \$\d+\.\d\d over the limit of \$100\.00/,
    );
    expect(output).toContain("raise hybrid-llm:stack.budget.monthlyInfrastructureUsd");
    expect(output).toContain("+ 1 to create");
  });

  it("ends its update as early", async () => {
    await dev({ budget: tight });
    const { ok, output } = await program.up();
    expect(ok).toBe(false);
    expect(output).toContain("over the limit of $100.00");
    expect(await program.exported()).not.toContain('"aws:');
  });

  it("is refused by the pack where the program's own arithmetic lets it pass", async () => {
    await dev();
    const config = join(program.directory, "limits.json");
    writeFileSync(config, JSON.stringify({ "within-budget": { monthlyInfrastructureUsd: 100, dailyLlmUsd: 10 } }));
    const { ok, output } = await program.preview("--policy-pack", packs.executable, "--policy-pack-config", config);
    expect(ok).toBe(false);
    expect(output).toMatch(/\[mandatory\] +within-budget/);
    expect(output).toContain("over the limit of $100.00");
  });
});

describe("the stacks of this repository", () => {
  it.each(["cluster", "airgap"] as const)("pass every policy: %s", async (stack) => {
    await configure(stackOf(stack));
    const { ok, output } = await program.preview(...judged());
    expect(ok, output).toBe(true);
    expect(output).not.toContain("[mandatory]");
  });

  it("need the exception that the mesh's namespace has, and no other", async () => {
    await configure(stackOf("airgap"));
    const { ok, output } = await program.preview("--policy-pack", packs.executable);
    expect(ok).toBe(false);
    const refused = new Set([...output.matchAll(/\[mandatory\] +([\w-]+)/g)].map(([, policy]) => policy));
    expect(refused).toEqual(new Set(["restricted-pods"]));
  });
});
