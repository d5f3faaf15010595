import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { until } from "../../support/wait.ts";

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

interface Writer {
  readonly child: ChildProcess;
  readonly closed: Promise<unknown>;
  /** The whole lines that it has said. */
  said(): string[];
}

const program = join(import.meta.dirname, "fixtures", "writer.ts");

/** Runs a writer as a process of its own and kills it without a warning when it has said so many lines. */
export function killedAfter(lines: number, options: WriterOptions): Promise<Said> {
  return killedWhen((said) => said().length >= lines, options);
}

/** As above, when something is so. */
export async function killedWhen(so: (said: Writer["said"]) => boolean, options: WriterOptions): Promise<Said> {
  const { child, closed, said } = start(options, "write");
  await until(() => so(said) || child.exitCode !== null);
  child.kill("SIGKILL");
  await closed;
  if (child.signalCode !== "SIGKILL") throw new Error("The writer ended by itself.");
  const found: Said = { begun: new Map(), ended: new Map() };
  for (const line of said()) {
    const [what, id = "", nano = "0"] = line.split(" ");
    found[what === "begun" ? "begun" : "ended"].set(id, BigInt(nano));
  }
  return found;
}

/** A process that has a ledger open until it is told to end. */
export async function holding(options: WriterOptions): Promise<{ readonly pid: number; end(): Promise<void> }> {
  const { child, closed, said } = start(options, "hold");
  await until(() => said().length > 0);
  return {
    pid: child.pid ?? 0,
    async end() {
      child.stdin?.end();
      await closed;
    },
  };
}

function start({ baseDirectory, config, environment }: WriterOptions, mode: string): Writer {
  const file = join(mkdtempSync(join(baseDirectory, "said-")), "lines");
  const child = spawn(process.execPath, [program, JSON.stringify(config), baseDirectory, mode, file], {
    env: { ...process.env, DATABASE_URL: "", ...environment },
    stdio: ["pipe", "inherit", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return {
    child,
    closed: once(child, "close"),
    said: () => (existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : []),
  };
}
