import cluster from "node:cluster";
import { realpathSync, rmSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isMainThread } from "node:worker_threads";
import { find } from "./client.ts";
import { controlPath, removeControl, serveControl } from "./control.ts";
import { writeAtomically } from "./files.ts";
import type { Command, Reply, Secrets } from "./protocol.ts";
import { parseSecrets } from "./service.ts";
import { failureOf, Supervisor } from "./supervisor.ts";
import { listenOnSupervisorSockets } from "./worker.ts";

/*
 * node supervisor.mjs --directory DIR
 *
 * Runs the service that DIR/service.json describes. One line of JSON on stdin gives the values of its secret variables.
 * The same file is preloaded into each worker; in threads and children of a worker it does nothing.
 */
const self = fileURLToPath(import.meta.url);

if (isMainThread && cluster.isWorker) listenOnSupervisorSockets();
else if (isMainThread && process.argv[1] !== undefined && realpathSync(process.argv[1]) === realpathSync(self)) {
  run().catch((error: Error) => {
    process.stderr.write(`supervisor: ${error.message}\n`);
    process.exit(1);
  });
}

async function run(): Promise<void> {
  const { values } = parseArgs({ options: { directory: { type: "string" } } });
  const { directory } = values;
  if (directory === undefined || !isAbsolute(directory)) throw new Error("--directory needs an absolute path");
  const before = await find(directory);
  if (before.state === "running") throw new Error(`a supervisor runs in ${directory} already, pid ${before.pid}`);

  const failure = join(directory, "failure.json");
  rmSync(failure, { force: true });
  rmSync(join(directory, "control.sock"), { force: true });
  const secrets = await readSecrets();
  const socket = controlPath(directory);
  const supervisor = new Supervisor({ directory, program: self, socket });

  const end = async (code: number): Promise<never> => {
    await supervisor.stop();
    await control.close();
    removeControl(socket, directory);
    process.exit(code);
  };
  const control = await serveControl(socket, async (command: Command): Promise<Reply> => {
    try {
      if (command.command === "exchange") await supervisor.exchange(parseSecrets(command.secrets));
      if (command.command === "stop") setImmediate(() => void end(0));
    } catch (error) {
      return { ok: false, ...failureOf(error) };
    }
    return { ok: true, status: supervisor.status() };
  });
  process.on("SIGTERM", () => void end(0));
  process.on("SIGINT", () => void end(0));
  process.on("SIGHUP", () => undefined);

  try {
    await supervisor.begin(secrets);
  } catch (error) {
    if (supervisor.status().state === "stopping") return;
    try {
      writeAtomically(failure, JSON.stringify(failureOf(error)));
    } catch {
      // Then only the log says it.
    }
    await end(1);
  }
}

/** The first line of stdin; none, or no stdin at all, is the same as no secrets. */
async function readSecrets(): Promise<Secrets> {
  let text = "";
  process.stdin.setEncoding("utf8");
  for await (const chunk of process.stdin) {
    text += chunk;
    if (text.includes("\n")) break;
  }
  process.stdin.destroy();
  const [line] = text.split("\n");
  if (line === undefined || line.trim() === "") return {};
  try {
    return parseSecrets(JSON.parse(line));
  } catch {
    // What was given may hold a secret, so it isn't repeated.
    throw new Error("stdin is no line of JSON with texts by name");
  }
}
