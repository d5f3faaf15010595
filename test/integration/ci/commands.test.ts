import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectDirectory } from "../../../tools/engine/index.ts";
import { Clone } from "../../support/clone.ts";

let clone: Clone;
beforeAll(() => {
  clone = new Clone();
  symlinkSync(join(projectDirectory, "node_modules"), join(clone.directory, "node_modules"));
});
afterAll(() => clone?.remove());

const budgetOf = (usd: number) =>
  clone.write(
    "Pulumi.dev.yaml",
    clone.read("Pulumi.dev.yaml").replace(/monthlyInfrastructureUsd: \d+/, `monthlyInfrastructureUsd: ${usd}`),
  );

describe("npm run cost -- <stack>", () => {
  it("tells a table, and every item with its arithmetic where that is asked for", async () => {
    const short = await clone.npm("cost", ["dev"]);
    expect(short.code).toBe(0);
    expect(short.stdout).toMatch(/infrastructure +\$\d+\.\d\d \(.+\) a month of \$900\.00, headroom \$/);
    expect(short.stdout).not.toContain("× 730 h");
    const long = await clone.npm("cost", ["dev", "--items"]);
    expect(long.stdout).toMatch(
      /1 × \$0\.1\/hour × 730 h = \$73\.00 {2}control plane: .+\[eks\.cluster\.standard, .+\]/,
    );
  });

  it("is JSON for other programs, whose items make up the total", async () => {
    const { code, stdout } = await clone.npm("cost", ["dev", "--json"]);
    expect(code).toBe(0);
    const { infrastructure, items } = JSON.parse(stdout) as {
      infrastructure: { used: { expected: number } };
      items: { monthly: { expected: number } }[];
    };
    const sum = items.reduce((total, { monthly }) => total + monthly.expected, 0);
    expect(sum).toBeCloseTo(infrastructure.used.expected, 6);
  });

  it("ends with 1 where the budget refuses the stack, and so does its preview, whose comment says why", async () => {
    budgetOf(100);
    const cost = await clone.npm("cost", ["dev"]);
    expect(cost.code).toBe(1);
    expect(cost.stdout).toContain("over the limit of $100.00");

    const preview = await clone.npm("preview", ["dev", "--comment", "comment.md", "--save", "plan.json"]);
    expect(preview.code).toBe(1);
    const comment = clone.read("comment.md");
    expect(comment).toContain("## Preview of `dev`: ❌ refused");
    expect(comment).toContain("### Cost: blocked");
    expect(comment).toContain("raise hybrid-llm:stack.budget.monthlyInfrastructureUsd");
    expect(existsSync(join(clone.directory, "plan.json"))).toBe(true);
  });

  it("says what is wrong with a stack that can't be read, in the comment too", async () => {
    budgetOf(900);
    clone.write("Pulumi.dev.yaml", clone.read("Pulumi.dev.yaml").replace("geography: eu", "geography: mars"));
    const { code, stderr } = await clone.npm("cost", ["dev"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/regions\[0\]\.geography \(line \d+\)/);
    expect((await clone.npm("preview", ["dev", "--comment", "comment.md"])).code).toBe(1);
    expect(readFileSync(join(clone.directory, "comment.md"), "utf8")).toContain("regions[0].geography");
  });
});
