import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { LocalWorkspace, PulumiCommand, type Stack, StackNotFoundError } from "@pulumi/pulumi/automation/index.js";
import { parse } from "yaml";
import type { BudgetVerdict } from "../../infra/cost/index.ts";
import { configKey, parseStackConfig, type StackConfig } from "../../stacks/config/index.ts";
import {
  Failure,
  isAlive,
  type Progress,
  type ProviderName,
  projectDirectory,
  type Workspace,
} from "../engine/index.ts";

/** As Pulumi.yaml has it. */
export const projectName = "hybrid-llm";

/** The stacks that have a configuration file here. */
export function knownStacks(): string[] {
  return readdirSync(projectDirectory)
    .flatMap((name) => /^Pulumi\.([\w-]+)\.yaml$/.exec(name)?.[1] ?? [])
    .sort();
}

/** The providers that a stack of this kind registers; undefined: any of them. */
export function providersOf(name: string): readonly ProviderName[] | undefined {
  try {
    const { config } = parse(readFileSync(configFile(name), "utf8")) as {
      config?: { "hybrid-llm:stack"?: { kind?: string } };
    };
    return config?.["hybrid-llm:stack"]?.kind === "local" ? ["tls"] : undefined;
  } catch {
    // What is wrong with the file is told later, in full.
    return undefined;
  }
}

/**
 * A stack's configuration, checked as its program checks it.
 *
 * @throws Failure with every problem
 */
export function stackConfigOf(name: string): StackConfig {
  const file = configFile(name);
  try {
    const { config } = (parse(readFileSync(file, "utf8")) ?? {}) as { config?: Record<string, unknown> };
    return parseStackConfig(config?.[`${projectName}:${configKey}`], file);
  } catch (error) {
    throw new Failure((error as Error).message);
  }
}

/** What a stack costs a month, from its configuration alone. @throws Failure where that has mistakes */
export async function stackCostOf(name: string): Promise<BudgetVerdict> {
  const config = stackConfigOf(name);
  // The SDKs of clouds are loaded only for who asks.
  const { costOf } = await import("../../stacks/plan/index.ts");
  return costOf(config, { project: projectName, stack: name });
}

export const configFile = (stack: string): string => join(projectDirectory, `Pulumi.${stack}.yaml`);

/** A stack of this project in the workspace's backend, made there if it is new. */
export async function openStack(name: string, workspace: Workspace, progress: Progress): Promise<Stack> {
  if (!workspace.backend.chosen) releaseDeadLocks(name, workspace.backend.url, progress);
  const args = { stackName: name, workDir: projectDirectory };
  const options = { pulumiCommand: await commandOf(workspace), envVars: { ...workspace.variables } };
  // Selecting first: the stack is nearly always there, and every call of the engine takes half a second.
  try {
    return await LocalWorkspace.selectStack(args, options);
  } catch (error) {
    if (error instanceof StackNotFoundError) return LocalWorkspace.createStack(args, options);
    throw error;
  }
}

/** The workspace's engine for the Automation API; its version was checked when it was found. */
function commandOf({ engine }: Workspace): Promise<PulumiCommand> {
  return PulumiCommand.get({ ...(engine.root ? { root: engine.root } : {}), skipVersionCheck: true });
}

/** Whether the stack is in the backend already; asks without making it. */
export async function stackExists(name: string, workspace: Workspace): Promise<boolean> {
  const local = await LocalWorkspace.create({
    workDir: projectDirectory,
    pulumiCommand: await commandOf(workspace),
    envVars: { ...workspace.variables },
  });
  return (await local.listStacks()).some((stack) => stack.name === name || stack.name.endsWith(`/${name}`));
}

/**
 * Leaves the stack's configuration file as the person wrote it. With a passphrase Pulumi adds its salt and lays the whole
 * file out anew; but the salt belongs to this machine's state, which has it too, and not into the repository, where it
 * would lock out everybody else.
 */
export async function keepingConfigFile<T>(name: string, workspace: Workspace, work: () => Promise<T>): Promise<T> {
  if (workspace.backend.chosen) return work();
  const file = configFile(name);
  const found = readFileSync(file, "utf8");
  const written = withoutSalt(found);
  if (written !== found) writeFileSync(file, written);
  try {
    return await work();
  } finally {
    const now = readFileSync(file, "utf8");
    // Somebody may have edited it meanwhile: that is theirs, and only the salt goes.
    const kept = isDeepStrictEqual(valuesOf(now), valuesOf(written)) ? written : withoutSalt(now);
    if (kept !== now) writeFileSync(file, kept);
  }
}

/** A file with encrypted values keeps its salt: without it nothing could read them. */
function withoutSalt(text: string): string {
  return /^\s+secure:/m.test(text) ? text : text.replace(/^encryptionsalt:.*\n?/m, "");
}

function valuesOf(text: string): unknown {
  const { encryptionsalt: _, ...values } = (parse(text) ?? {}) as Record<string, unknown>;
  return values;
}

/** A killed `up` leaves its lock behind; one whose process is gone from this machine protects nothing any more. */
export function releaseDeadLocks(name: string, backendUrl: string, progress: Progress): void {
  const folder = join(fileURLToPath(backendUrl), ".pulumi", "locks", "organization", projectName, name);
  if (!existsSync(folder)) return;
  for (const file of readdirSync(folder).filter((entry) => entry.endsWith(".json"))) {
    const lock = readLock(join(folder, file));
    if (lock && lock.hostname === hostname() && !isAlive(lock.pid)) {
      rmSync(join(folder, file), { force: true });
      progress.step(`Released the lock of process ${lock.pid}, which is gone; going on from where it stopped.`);
    }
  }
}

function readLock(file: string): { pid: number; hostname: string } | undefined {
  try {
    const { pid, hostname: host } = JSON.parse(readFileSync(file, "utf8")) as { pid?: number; hostname?: string };
    return typeof pid === "number" && typeof host === "string" ? { pid, hostname: host } : undefined;
  } catch {
    return undefined;
  }
}

/** Removes our own backend's folder and passphrase once no stack is left in it. */
export function removeEmptyState(backendUrl: string): void {
  const root = fileURLToPath(backendUrl);
  const stacks = join(root, ".pulumi", "stacks", projectName);
  const left = existsSync(stacks) ? readdirSync(stacks).filter((entry) => /\.json(?:\.gz)?$/.test(entry)) : [];
  if (left.length > 0) return;
  rmSync(root, { recursive: true, force: true });
  rmSync(join(dirname(root), "passphrase"), { force: true });
  if (existsSync(dirname(root)) && readdirSync(dirname(root)).length === 0) rmSync(dirname(root), { recursive: true });
}
