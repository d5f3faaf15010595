import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Registrations } from "../../infra/cost/index.ts";
import type { CloudStack } from "../../stacks/config/index.ts";
import { planOf } from "../../stacks/plan/index.ts";
import { stackConfigOf } from "../../tools/commands/stack.ts";
import { diagramOf } from "../../tools/diagram/index.ts";
import { pagesOf, surplusIn } from "../../tools/pages/index.ts";

const folder = join("docs", "components");
const written = (file: string): string => readFileSync(file, "utf8");

describe("pages of prod", () => {
  let plan: Registrations;
  let pages: Map<string, string>;
  beforeAll(async () => {
    const config = stackConfigOf("prod") as CloudStack;
    plan = await planOf(config, { project: "hybrid-llm", stack: "prod" });
    pages = pagesOf(plan, "prod", config);
  });

  it("are those that the program writes", () => {
    for (const [file, text] of pages) expect(written(join(folder, file)), "run npm run pages").toBe(text);
    expect(surplusIn(folder, pages)).toEqual([]);
  });

  it("tell of every component of infra that the plan has", () => {
    const told = [...pages.values()].join("\n");
    const types = new Set(plan.components().map(({ type }) => type.split(":").slice(1).join("/")));
    const untold = [...types].filter((type) => !told.includes(`\n## ${type.split("/").at(-1)}\n`));
    expect(untold.filter((type) => !type.startsWith("stack/"))).toEqual([]);
  });

  it("have the drawing that the program draws", () => {
    const drawn = diagramOf("prod", plan.components(), plan.resources.length);
    expect(written(join("docs", "prod.svg")), "run npm run pages").toBe(drawn);
  });
});
