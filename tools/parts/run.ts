import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { Failure } from "../engine/index.ts";

export interface RunOptions {
  readonly directory?: string;
  /** In addition to this process's own. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Called for each line that the command prints. */
  readonly line?: (text: string) => void;
  /** Called as soon as it runs. */
  readonly started?: (pid: number) => void;
}

const tailLines = 15;

/**
 * Runs a command to its end and resolves with what it wrote to its standard output.
 *
 * @throws Failure with the command's last lines
 */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { directory, environment, line, started } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      ...(directory ? { cwd: directory } : {}),
    });
    if (child.pid !== undefined) started?.(child.pid);
    const output: string[] = [];
    const tail: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (text) => {
        if (stream === child.stdout) output.push(text);
        tail.push(text);
        if (tail.length > tailLines) tail.shift();
        line?.(text);
      });
    }
    child.on("error", reject);
    child.on("close", (code, killedBy) => {
      if (code === 0) resolve(output.join("\n"));
      else {
        const end = killedBy ?? `exit code ${code}`;
        reject(new Failure(`${command} ${args[0] ?? ""} failed (${end}):\n${tail.join("\n")}`));
      }
    });
  });
}
