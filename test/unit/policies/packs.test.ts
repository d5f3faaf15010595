import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { wholePack } from "../../../policies/all/index.ts";
import { budgetPack } from "../../../policies/budget/index.ts";
import { securityPack } from "../../../policies/security/index.ts";
import { sovereigntyPack } from "../../../policies/sovereignty/index.ts";
import { projectDirectory } from "../../../tools/engine/index.ts";

const packs = [budgetPack, sovereigntyPack, securityPack];
const policies = packs.flatMap((pack) => pack.policies);
const sources = (folder: string) =>
  readdirSync(join(projectDirectory, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => [join(folder, file), readFileSync(join(projectDirectory, folder, file), "utf8")] as const);
const importsOf = (source: string): string[] => [...source.matchAll(/from "([^"]+)"/g)].map(([, from]) => from ?? "");

describe("every policy", () => {
  it("has a name of its own, its reason, what to do, and a section that its link leads to", () => {
    const documentation = readFileSync(join(projectDirectory, "docs", "policies.md"), "utf8");
    expect(new Set(policies.map(({ name }) => name)).size).toBe(policies.length);
    for (const { name, level, reason, fix, link } of policies) {
      expect(link).toBe(`docs/policies.md#${name}`);
      expect(documentation).toContain(`### ${name}\n\n${reason} *${level}.* To do: ${fix}.`);
    }
  });

  it("is in the pack that this project's own stacks are judged by", () => {
    expect(wholePack.policies).toEqual(policies);
  });

  it("lies in a file of its name, but for those that only say what is judged elsewhere", () => {
    for (const [folder, pack] of [
      ["budget", budgetPack],
      ["sovereignty", sovereigntyPack],
      ["security", securityPack],
    ] as const) {
      const files = readdirSync(join(projectDirectory, "policies", folder));
      for (const { name } of pack.policies) expect(files).toContain(`${name}.ts`);
    }
  });
});

describe("imports point one way", () => {
  it("from policies to infra/cost, and to nothing else of infra or stacks", () => {
    for (const [file, source] of sources("policies")) {
      const outside = importsOf(source).filter((from) => /\/(?:infra|stacks|runtime|tools)\//.test(from));
      expect(
        outside.filter((from) => !from.endsWith("/infra/cost/index.ts")),
        file,
      ).toEqual([]);
    }
  });

  it("and from infra/cost to nobody, Pulumi included", () => {
    for (const [file, source] of sources("infra/cost")) {
      const inside = importsOf(source).filter((from) => from.startsWith("."));
      for (const from of inside) expect(join(file, "..", from), file).toMatch(/^infra\/cost\//);
      expect(
        importsOf(source).filter((from) => !from.startsWith(".")),
        file,
      ).toEqual(importsOf(source).filter((from) => from === "zod"));
    }
  });
});
