import { prepareWorkspace, terminalProgress } from "../engine/index.ts";
import { ensurePacks } from "../policies/index.ts";
import { runCommand, stackArgument } from "./command.ts";
import { header } from "./header.ts";
import { operate } from "./operation.ts";
import { keepingConfigFile, knownStacks, openStack, providersOf } from "./stack.ts";

const usage = `
npm run preview [-- [stack] [options]]

Shows what a deployment of a stack (local by default) would change. Needs no cluster, cloud account or secret.

  --diff                every changed property
  --expect-no-changes   ends with 1 if anything would change
  --help
`;

await runCommand({
  usage,
  options: {
    diff: { type: "boolean", default: false },
    "expect-no-changes": { type: "boolean", default: false },
  },
  async run({ diff, "expect-no-changes": expectNoChanges }, positionals) {
    const name = stackArgument(positionals, knownStacks());
    const progress = terminalProgress();
    const [workspace, packs] = await Promise.all([
      prepareWorkspace(progress, process.env, providersOf(name)),
      ensurePacks(progress),
    ]);
    process.stdout.write(header(name, workspace));
    await keepingConfigFile(name, workspace, async () => {
      const stack = await operate("Opening the stack", () => openStack(name, workspace, progress));
      await operate("pulumi preview", () =>
        stack.preview({
          onOutput: (text) => process.stdout.write(text),
          onError: (text) => process.stderr.write(text),
          color: process.stdout.isTTY && !process.env.NO_COLOR ? "always" : "never",
          diff,
          expectNoChanges,
          policyPacks: [packs.folder],
          policyPackConfigs: [packs.config],
        }),
      );
    });
  },
});
