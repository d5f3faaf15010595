import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { configurationReference, stackJsonSchema } from "../../stacks/config/index.ts";
import { projectDirectory } from "../engine/index.ts";
import { runCommand } from "./command.ts";

const usage = `
npm run schema

Writes the JSON Schema of Pulumi.<stack>.yaml, which the YAML files name for editors, and the configuration reference.
`;

await runCommand({
  usage,
  options: {},
  async run() {
    const folder = join(projectDirectory, "stacks", "schema");
    mkdirSync(folder, { recursive: true });
    const files = {
      "pulumi-stack.schema.json": `${JSON.stringify(stackJsonSchema(), null, 2)}\n`,
      "CONFIGURATION.md": configurationReference(),
    };
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(folder, name), text);
      process.stdout.write(`Wrote stacks/schema/${name}\n`);
    }
  },
});
