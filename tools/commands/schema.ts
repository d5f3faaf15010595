import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stackJsonSchema } from "../../stacks/config/index.ts";
import { projectDirectory } from "../engine/index.ts";
import { runCommand } from "./command.ts";

const usage = `
npm run schema

Writes the JSON Schema of Pulumi.<stack>.yaml, which the YAML files name for editors.
`;

await runCommand({
  usage,
  options: {},
  async run() {
    const folder = join(projectDirectory, "stacks", "schema");
    mkdirSync(folder, { recursive: true });
    const file = join(folder, "pulumi-stack.schema.json");
    writeFileSync(file, `${JSON.stringify(stackJsonSchema(), null, 2)}\n`);
    process.stdout.write(`Wrote ${file}\n`);
  },
});
