import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";

/** What a killed writer had said that it had done: the attempts and their amounts in nano-dollars. */
export interface Said {
  readonly begun: Map<string, bigint>;
  readonly ended: Map<string, bigint>;
}

export interface WriterOptions {
  readonly baseDirectory: string;
  readonly config: unknown;
  readonly environment: NodeJS.ProcessEnv;
}

const program = join(import.meta.dirname, "fixtures", "writer.ts");

/** Runs a writer as a process of its own and kills it without a warning after so many attempts. */
export async function killedAfter(attempts: number, options: WriterOptions): Promise<Said> {
  const child = start(options, "write");
  const said: Said = { begun: new Map(), ended: new Map() };
  const closed = once(child, "close");
  for await (const line of linesOf(child)) {
    const [what, id = "", nano = "0"] = line.split(" ");
    said[what === "begun" ? "begun" : "ended"].set(id, BigInt(nano));
    if (said.begun.size === attempts) child.kill("SIGKILL");
  }
  await closed;
  if (child.signalCode !== "SIGKILL") throw new Error("The writer ended by itself.");
  return said;
}

/** A process that has a ledger open until it is told to end. */
export async function holding(options: WriterOptions): Promise<{ readonly pid: number; end(): Promise<void> }> {
  const child = start(options, "hold");
  const closed = once(child, "close");
  for await (const line of linesOf(child)) if (line === "ready") break;
  return {
    pid: child.pid ?? 0,
    async end() {
      child.stdin?.end();
      await closed;
    },
  };
}

function start({ baseDirectory, config, environment }: WriterOptions, mode: string): ChildProcess {
  const child = spawn(process.execPath, [program, JSON.stringify(config), baseDirectory, mode], {
    env: { ...process.env, DATABASE_URL: "", ...environment },
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

function linesOf({ stdout }: ChildProcess): AsyncIterable<string> {
  if (!stdout) throw new Error("The writer has no output.");
  return createInterface({ input: stdout });
}
