import { createInterface } from "node:readline/promises";
import type { OutputMap, Stack } from "@pulumi/pulumi/automation/index.js";
import { Failure, type Progress, prepareWorkspace, terminalProgress, type Workspace } from "../engine/index.ts";
import { ensurePacks } from "../policies/index.ts";
import { ask, curlCommand, type Deployment } from "./ask.ts";
import { runCommand, stackArgument } from "./command.ts";
import { header } from "./header.ts";
import { operate } from "./operation.ts";
import { keepingConfigFile, knownStacks, openStack, providersOf, removeEmptyState, stackExists } from "./stack.ts";

const usage = `
npm run up [-- [stack] [options]]

Sets up what is missing on this machine and deploys a stack (local by default) with a real pulumi up. After local it
asks the router a first question and prints how to ask the next.

  --destroy         takes the stack down: no process, port or file of it is left
  --yes             does not ask before a stack other than local is changed
  --question TEXT   the first question to the local router
  --help
`;

const firstQuestion = "In one sentence: what does a router for language models do?";
const nextQuestion = "What is a circuit breaker?";
const print = (text: string) => process.stdout.write(text);

await runCommand({
  usage,
  options: {
    destroy: { type: "boolean", default: false },
    yes: { type: "boolean", short: "y", default: false },
    question: { type: "string", default: firstQuestion },
  },
  async run({ destroy, yes, question }, positionals) {
    const name = stackArgument(positionals, knownStacks());
    const progress = terminalProgress();
    const workspace = await prepareWorkspace(progress, process.env, providersOf(name));
    print(header(name, workspace));
    if (["dev", "prod"].includes(name) && workspace.backend.local && !destroy) {
      throw new Failure(`The state of ${name} must not be kept on this machine (${workspace.backend.url}).`, [
        "set PULUMI_BACKEND_URL to a shared backend, such as s3://bucket with a KMS key, or use pulumi login",
      ]);
    }
    if (name !== "local" && !yes) await confirm(`${destroy ? "Destroy" : "Change"} the stack ${name}?`);
    await keepingConfigFile(name, workspace, async () => {
      if (destroy) await takeDown(name, workspace, progress);
      else await bringUp(name, workspace, progress, question);
    });
  },
});

async function bringUp(name: string, workspace: Workspace, progress: Progress, question: string): Promise<void> {
  // A machine's own stack holds nothing that they judge, and its first answer shouldn't wait for them.
  const packs = name === "local" ? undefined : await ensurePacks(progress);
  const judged = packs === undefined ? {} : { policyPacks: [packs.executable], policyPackConfigs: [packs.config] };
  const stack = await operate("Opening the stack", () => openStack(name, workspace, progress));
  const { outputs } = await operate("pulumi up", () =>
    interruptible(stack, (signal) =>
      stack.up({ onOutput: print, onError: printError, color: colour(), refresh: true, signal, ...judged }),
    ),
  );
  if (name !== "local") return;
  const deployment = deploymentOf(outputs);
  const answer = await ask(deployment, question);
  print(`
question  ${question}
answer    ${answer.text}
backend   ${answer.backend}, model ${answer.model}${outputs.rehearsal?.value ? "  (REHEARSAL: scripted, no model)" : ""}

router    ${deployment.url}
dashboard ${deployment.url}/dashboard
API key   ${deployment.apiKeyFile}
admin key ${deployment.adminKeyFile}
CA        ${deployment.caFile}

Ask the next one:

${curlCommand(deployment, nextQuestion)}
`);
}

async function takeDown(name: string, workspace: Workspace, progress: Progress): Promise<void> {
  if (!(await operate("Looking for the stack", () => stackExists(name, workspace)))) {
    print(`There is no stack ${name} in ${workspace.backend.url}; nothing to take down.\n`);
    return;
  }
  const stack = await operate("Opening the stack", () => openStack(name, workspace, progress));
  await operate("pulumi destroy", () =>
    interruptible(stack, (signal) => stack.destroy({ onOutput: print, onError: printError, color: colour(), signal })),
  );
  await operate("Removing the stack", () => stack.workspace.removeStack(name, { preserveConfig: true }));
  if (!workspace.backend.chosen) removeEmptyState(workspace.backend.url);
  print(`The stack ${name} is gone.\n`);
}

/** Ctrl-C once lets the engine finish what it is doing and save its state; the state is never left half written. */
async function interruptible<T>(stack: Stack, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) return;
    process.stderr.write(`\nStopping ${stack.name} after what is under way.\n`);
    controller.abort();
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  try {
    return await work(controller.signal);
  } finally {
    process.off("SIGTERM", stop);
    process.off("SIGINT", stop);
  }
}

function deploymentOf(outputs: OutputMap): Deployment {
  const text = (key: string): string => {
    const value: unknown = outputs[key]?.value;
    if (typeof value !== "string") throw new Failure(`The local stack has no output ${key}.`, ["run npm run up again"]);
    return value;
  };
  const clientCertificate = text("clientCertificate");
  return {
    url: text("url"),
    apiKeyFile: text("apiKeyFile"),
    adminKeyFile: text("adminKeyFile"),
    caFile: text("caFile"),
    clientCertificateFile: text("clientCertificateFile"),
    clientKeyFile: text("clientKeyFile"),
    clientCertificate:
      clientCertificate === "required" || clientCertificate === "none" ? clientCertificate : "optional",
  };
}

async function confirm(question: string): Promise<void> {
  if (!process.stdin.isTTY) throw new Failure(`${question} Nobody can be asked here.`, ["add --yes"]);
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question(`${question} Type yes to go on: `);
  prompt.close();
  if (answer.trim() !== "yes") throw new Failure("Nothing was changed.");
}

function printError(text: string): void {
  process.stderr.write(text);
}

function colour(): "always" | "never" {
  return process.stdout.isTTY && !process.env.NO_COLOR ? "always" : "never";
}
