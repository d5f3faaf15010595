import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure, type Progress, prepareWorkspace, projectDirectory } from "../../engine/index.ts";
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
  const environment = { ...process.env, ...variables };
  const ours: Command = {
    program: "stack",
    command: process.execPath,
    args: [join("tools", "start.mjs"), join("tools", "commands", "preview.ts"), stack],
    directory: projectDirectory,
    environment: process.env,
  };
  try {
    const own = { ...environment, PULUMI_BACKEND_URL: `file://${folder}`, PULUMI_CONFIG_PASSPHRASE: "of no secret" };
    const pulumi = (...args: string[]): Command => ({
      program: "providers",
      command: join(engine.binDirectory, "pulumi"),
      args: [...args, "--stack", stack, "--non-interactive"],
      directory: emptyProject(folder, stack),
      environment: own,
    });
    await run(pulumi("stack", "init"));
    const samples: PreviewSample[] = [];
    for (let round = 0; round <= rounds && !stop.aborted; round++) {
      progress.step(round === 0 ? "Warming up." : `Round ${round} of ${rounds}.`);
      for (const command of [ours, pulumi("preview")]) {
        const sample = await run(command);
        if (round > 0) samples.push(sample);
      }
    }
    return samples;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run({ program, command, args, directory, environment }: Command): Promise<PreviewSample> {
  const started = performance.now();
  const child = spawn(command, args, { cwd: directory, env: environment, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  let cpuMs = 0;
  const look = setInterval(() => {
    if (child.pid !== undefined) cpuMs = Math.max(cpuMs, cpuMsOf(child.pid));
  }, 200);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(look);
      const seconds = (performance.now() - started) / 1000;
      const resources = Number(/\+ (\d+) to create/.exec(output)?.[1] ?? 0);
      if (code === 0) resolve({ program, seconds, cpuSeconds: cpuMs / 1000, resources });
      else reject(new Failure(`A preview failed with ${code}.`, output.trim().split("\n").slice(-12)));
    });
  });
}
