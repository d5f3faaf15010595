import { spawn } from "node:child_process";
import { Failure, projectDirectory } from "../engine/index.ts";

export interface StepOptions {
  readonly environment?: NodeJS.ProcessEnv;
  /** The project's own by default. */
  readonly directory?: string;
}

/**
 * Runs one step of a command with its output in the terminal, and says how long it took.
 *
 * @throws Failure where it ends with another exit code than 0
 */
export async function runStep(
  what: string,
  command: string,
  args: readonly string[],
  { environment = process.env, directory = projectDirectory }: StepOptions = {},
): Promise<void> {
  process.stdout.write(`\n${what}\n`);
  const started = Date.now();
  const code = await new Promise<number>((resolve, reject) => {
    const child = spawn(command, args, { cwd: directory, env: environment, stdio: ["ignore", "inherit", "inherit"] });
    child.on("error", reject);
    child.on("close", (exitCode) => resolve(exitCode ?? 1));
  });
  if (code !== 0) throw new Failure(`${what}: failed`);
  process.stdout.write(`${what}: ${Math.round((Date.now() - started) / 1000)} s\n`);
}
