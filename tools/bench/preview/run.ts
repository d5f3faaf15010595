import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Progress, prepareWorkspace, projectDirectory } from "../../engine/index.ts";
import { run } from "../../parts/run.ts";
import { cpuMsOf } from "../proc.ts";
import { emptyProject } from "./empty.ts";

export interface PreviewOptions {
  readonly stack: string;
  readonly rounds: number;
}

/** One preview: of the stack by our command, or by the engine of a program that only registers the same providers. */
export interface PreviewSample {
  readonly program: "stack" | "providers";
  readonly seconds: number;
  /** Of the engine, the program and all providers; what they use in their last moments isn't seen. */
  readonly cpuSeconds: number;
  readonly resources: number;
}

interface Command {
  readonly program: PreviewSample["program"];
  readonly command: string;
  readonly args: readonly string[];
  readonly directory: string;
  /** In addition to this process's own. */
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Previews both in turn, the first time to warm up.
 *
 * @throws Failure where one fails
 */
export async function measurePreviews(
  { stack, rounds }: PreviewOptions,
  progress: Progress,
  stop: AbortSignal,
): Promise<PreviewSample[]> {
  const { variables, engine } = await prepareWorkspace(progress);
  const folder = mkdtempSync(join(tmpdir(), "hybrid-llm-bench-"));
  const ours: Command = {
    program: "stack",
    command: process.execPath,
    args: [join("tools", "start.mjs"), join("tools", "commands", "preview.ts"), stack],
    directory: projectDirectory,
    environment: {},
  };
  try {
    const own = { ...variables, PULUMI_BACKEND_URL: `file://${folder}`, PULUMI_CONFIG_PASSPHRASE: "of no secret" };
    const pulumi = (...args: string[]): Command => ({
      program: "providers",
      command: join(engine.binDirectory, "pulumi"),
      args: [...args, "--stack", stack, "--non-interactive"],
      directory: emptyProject(folder, stack),
      environment: own,
    });
    await measure(pulumi("stack", "init"));
    const samples: PreviewSample[] = [];
    for (let round = 0; round <= rounds && !stop.aborted; round++) {
      progress.step(round === 0 ? "Warming up." : `Round ${round} of ${rounds}.`);
      for (const command of [ours, pulumi("preview")]) {
        const sample = await measure(command);
        if (round > 0) samples.push(sample);
      }
    }
    return samples;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure({ program, command, args, directory, environment }: Command): Promise<PreviewSample> {
  const began = performance.now();
  let cpuMs = 0;
  let look: NodeJS.Timeout | undefined;
  const started = (pid: number) => {
    look = setInterval(() => {
      cpuMs = Math.max(cpuMs, cpuMsOf(pid));
    }, 200);
  };
  try {
    const output = await run(command, args, { directory, environment, started });
    const seconds = (performance.now() - began) / 1000;
    const resources = Number(/\+ (\d+) to create/.exec(output)?.[1] ?? 0);
    return { program, seconds, cpuSeconds: cpuMs / 1000, resources };
  } finally {
    clearInterval(look);
  }
}
