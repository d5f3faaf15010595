import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Part } from "../../tools/parts/index.ts";
import { describeWith } from "../support/part.ts";

/** Tests that need a real server, which `npm run test:parts` gets. */
export const describeWithServer = (part: Part, name: string, tests: (directory: string) => void): void =>
  describeWith(part, name, tests, "npm run test:parts");

export interface Server {
  /** Ends it, by default in good order, and removes what it kept. */
  stop(signal?: "SIGTERM" | "SIGKILL"): Promise<void>;
}

export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Answers 200 once it is ready. */
  readonly readyUrl: string;
  /** Removed after its end. */
  readonly directory: string;
}

/** Starts a server and waits until it is ready; the caller's time limit is the only one. */
export async function startServer({ command, args, environment, readyUrl, directory }: ServerCommand): Promise<Server> {
  const child = spawn(command, args, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output.push(text);
      if (output.length > 200) output.shift();
    });
  }
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  let failed: Error | undefined;
  child.once("error", (error) => {
    failed = error;
  });
  while (!(await answers(readyUrl))) {
    if (failed) throw failed;
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${command} ended:\n${output.join("")}`);
    await new Promise((resume) => setTimeout(resume, 50));
  }
  return {
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      await closed;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A folder of its own for what a server keeps. */
export const scratchDirectory = (name: string): string => mkdtempSync(join(tmpdir(), `hybrid-llm-${name}-`));

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}
