import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { Failure } from "../engine/index.ts";

const killAfterMs = 15_000;
const tailLength = 2_000;

/** A server of the cluster, with its log in a file. */
export interface Running {
  /** @throws Failure with the end of its log, if it has ended */
  check(): Promise<void>;
  stop(): Promise<void>;
}

export function startProcess(command: string, args: readonly string[], logFile: string): Running {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  const log = createWriteStream(logFile, { mode: 0o600 });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  let failed: Error | undefined;
  child.once("error", (error) => {
    failed = error;
  });
  const closed = new Promise<void>((resolve) => child.once("close", () => log.end(() => resolve())));
  return {
    async check() {
      if (failed) throw failed;
      if (child.exitCode === null && child.signalCode === null) return;
      await closed;
      const end = (await readFile(logFile, "utf8")).slice(-tailLength);
      throw new Failure(`${basename(command)} ended with ${child.signalCode ?? child.exitCode}:\n${end}`);
    },
    async stop() {
      const timer = setTimeout(() => child.kill("SIGKILL"), killAfterMs);
      child.kill("SIGTERM");
      await closed;
      clearTimeout(timer);
    },
  };
}
