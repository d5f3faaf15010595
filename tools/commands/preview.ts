import { writeFileSync } from "node:fs";
import { prepareWorkspace, terminalProgress } from "../engine/index.ts";
import { ensurePacks } from "../policies/index.ts";
import {
  ChangeReader,
  type Changes,
  changesBetween,
  commentOf,
  type PlanRecord,
  readRecord,
  saveRecord,
} from "../preview/index.ts";
import { runCommand, stackArgument } from "./command.ts";
import { header } from "./header.ts";
import { operate } from "./operation.ts";
import { keepingConfigFile, knownStacks, openStack, providersOf, stackCostOf } from "./stack.ts";

const usage = `
npm run preview [-- [stack] [options]]

Shows what a deployment of a stack (local by default) would change, and what its budget and the policies say of it; what
they refuse ends it with 1. Needs no cluster, cloud account or secret.

  --diff                every changed property
  --refresh             compares with what is really there, not with what was last deployed
  --expect-no-changes   ends with 1 if anything would change
  --comment FILE        writes a pull request's comment (Markdown): plan, cost, policies, a drawing
  --save FILE.json      writes down what the plan holds and costs
  --base FILE.json      what --save wrote on the base branch: the comment then tells what changes from there to here
  --help
`;

await runCommand({
  usage,
  options: {
    diff: { type: "boolean", default: false },
    refresh: { type: "boolean", default: false },
    "expect-no-changes": { type: "boolean", default: false },
    comment: { type: "string" },
    save: { type: "string" },
    base: { type: "string" },
  },
  async run({ diff, refresh, "expect-no-changes": expectNoChanges, comment, save, base }, positionals) {
    const name = stackArgument(positionals, knownStacks());
    const before = base === undefined ? undefined : readRecord(base, name);
    const progress = terminalProgress();
    const [workspace, packs] = await Promise.all([
      prepareWorkspace(progress, process.env, providersOf(name)),
      ensurePacks(progress),
    ]);
    process.stdout.write(header(name, workspace));
    const reader = new ChangeReader();
    let failure: unknown;
    try {
      await keepingConfigFile(name, workspace, async () => {
        const stack = await operate("Opening the stack", () => openStack(name, workspace, progress));
        await operate("pulumi preview", () =>
          stack.preview({
            onOutput: (text) => process.stdout.write(text),
            onError: (text) => process.stderr.write(text),
            ...(comment === undefined && save === undefined ? {} : { onEvent: reader.read }),
            color: process.stdout.isTTY && !process.env.NO_COLOR ? "always" : "never",
            diff,
            refresh,
            expectNoChanges,
            policyPacks: [packs.executable],
            policyPackConfigs: [packs.config],
          }),
        );
      });
    } catch (error) {
      failure = error;
    }
    const seen = reader.result;
    // Without the deployment's own state everything looks new: then the base branch's plan says what this one changes.
    const changes = before === undefined || workspace.backend.chosen ? seen : changesBetween(before.resources, seen);
    if (comment !== undefined || save !== undefined) await writeDown(name, { comment, save, before, changes, failure });
    if (failure !== undefined) throw failure;
  },
});

interface Written {
  readonly comment: string | undefined;
  readonly save: string | undefined;
  readonly before: PlanRecord | undefined;
  readonly changes: Changes;
  readonly failure: unknown;
}

/** Also of a preview that failed: then a comment is needed most. */
async function writeDown(stack: string, { comment, save, before, changes, failure }: Written): Promise<void> {
  const verdict = await verdictOf(stack, failure !== undefined);
  if (save !== undefined && verdict !== undefined) saveRecord(save, stack, verdict, changes);
  if (comment === undefined) return;
  const told = failure instanceof Error ? failure.message : undefined;
  writeFileSync(comment, commentOf({ stack, changes, verdict, before, failure: told }));
}

async function verdictOf(stack: string, failed: boolean) {
  try {
    return await stackCostOf(stack);
  } catch (error) {
    // Whatever ended the preview ends this too, and is told by it.
    if (failed) return undefined;
    throw error;
  }
}
