import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { renderJson } from "../../runtime/config/index.ts";
import { projectDirectory } from "../engine/index.ts";
import { goldenStacks, goldensOf, recordOf } from "../goldens/index.ts";
import { planHere } from "../goldens/plan.ts";
import { runCommand } from "./command.ts";

const usage = `
npm run goldens [-- STACK ...]

Writes test/program/plans: of each stack that is planned a line for each resource, and in full what is put into those of its
first region. A change of the program shows there, and is reviewed with it. Needs no engine, cloud or secret.

  --record   also records what holds data or keys, under today's date: a stack that was deployed from this commit. From then
             on a test refuses a program that would replace or delete any of it
  --help
`;

await runCommand({
  usage,
  options: { record: { type: "boolean", default: false } },
  async run({ record }, stacks) {
    const folder = join(projectDirectory, "test", "program", "plans");
    mkdirSync(join(folder, "recorded"), { recursive: true });
    for (const stack of stacks.length === 0 ? goldenStacks : stacks) {
      const { config, plan } = await planHere(stack);
      for (const [file, text] of goldensOf(plan, stack, config)) writeFileSync(join(folder, file), text);
      if (record) {
        const file = `${stack}.${new Date().toISOString().slice(0, 10)}.json.gz`;
        writeFileSync(join(folder, "recorded", file), gzipSync(renderJson(recordOf(plan))));
      }
      process.stdout.write(`Wrote the plan of ${stack}\n`);
    }
  },
});
