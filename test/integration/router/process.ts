import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { RouterConfigInput } from "../../../runtime/config/index.ts";

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "router-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function writeConfig(config: RouterConfigInput | object, folder = temporaryFolder()): string {
  const file = join(folder, "router.json");
  writeFileSync(file, JSON.stringify(config));
  return file;
}

export interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly output: () => string;
  readonly exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

const entry = (name: string) => new URL(`../../../runtime/${name}/main.ts`, import.meta.url).pathname;

/** Runs a server's own entry point as its supervisor does; resolves when it says that it is ready. */
export async function start(
  name: "router" | "rehearsal",
  args: string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Started> {
  const { child, output, exit } = launch(name, args, environment);
  const url = await new Promise<string>((resolve, reject) => {
    child.on(
      "message",
      (message: { type: string; address: string }) => message.type === "ready" && resolve(message.address),
    );
    exit.then(() => reject(new Error(`it ended before it was ready: ${output()}`)));
  });
  return { child, url, output, exit };
}

/** Runs it to its end. */
export async function run(name: "router" | "rehearsal", args: string[], environment: NodeJS.ProcessEnv = {}) {
  const { child, exit } = launch(name, args, environment);
  let [stdout, stderr] = ["", ""];
  child.stdout?.on("data", (chunk) => (stdout += String(chunk)));
  child.stderr?.on("data", (chunk) => (stderr += String(chunk)));
  return { ...(await exit), stdout, stderr };
}

function launch(name: string, args: string[], environment: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [entry(name), ...args], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let text = "";
  child.stdout?.on("data", (chunk) => (text += String(chunk)));
  child.stderr?.on("data", (chunk) => (text += String(chunk)));
  const exit = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once("close", (code, signal) => resolve({ code, signal })),
  );
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await exit;
  });
  return { child, exit, output: () => text };
}
