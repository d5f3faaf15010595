import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { planOf } from "../../stacks/plan/index.ts";
import { diagramOf } from "../diagram/index.ts";
import { Failure, projectDirectory } from "../engine/index.ts";
import { pagesOf, surplusIn } from "../pages/index.ts";
import { runCommand } from "./command.ts";
import { projectName, stackConfigOf } from "./stack.ts";

const usage = `
npm run pages

Writes docs/prod.svg, a drawing of prod's plan, and docs/components, a page for each capability: what its components make,
what that costs in prod with the arithmetic, and what to change. Needs no engine, cloud or secret.

  --help
`;

/** Of which examples are given. */
const stack = "prod";

await runCommand({
  usage,
  options: {},
  async run() {
    const config = stackConfigOf(stack);
    if (config.kind !== "cloud") throw new Failure(`The pages are of a stack in a cloud; ${stack} is ${config.kind}.`);
    const plan = await planOf(config, { project: projectName, stack });
    const pages = pagesOf(plan, stack, config);
    const folder = join(projectDirectory, "docs", "components");
    mkdirSync(folder, { recursive: true });
    for (const file of surplusIn(folder, pages)) rmSync(join(folder, file));
    for (const [file, text] of pages) writeFileSync(join(folder, file), text);
    process.stdout.write(`Wrote ${pages.size} pages in docs/components\n`);
    const drawn = diagramOf(stack, plan.components(), plan.resources.length);
    writeFileSync(join(projectDirectory, "docs", `${stack}.svg`), drawn);
    process.stdout.write(`Wrote docs/${stack}.svg\n`);
  },
});
