import { prepareWorkspace, terminalProgress } from "../engine/index.ts";
import { quote } from "./ask.ts";
import { runCommand } from "./command.ts";

const usage = `
eval "$(npm run -s env)"

Prints what a shell needs so that plain pulumi commands work in it: engine, Node, provider plugins, state and passphrase.
`;

await runCommand({
  usage,
  options: {},
  async run() {
    const { variables } = await prepareWorkspace(terminalProgress());
    for (const [name, value] of Object.entries(variables).sort()) {
      process.stdout.write(`export ${name}=${quote(value)}\n`);
    }
  },
});
