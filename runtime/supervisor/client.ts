import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import net from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { groupLives, startOf } from "./process.ts";
import type { Command, Failure, Reply, Secrets, Status, SupervisorRecord } from "./protocol.ts";

export type { Address, Secrets, Service, Status, WorkerStatus } from "./protocol.ts";

/** What a supervisor, or a start of one, came to. `log` holds the last lines that the failed workers wrote. */
export class SupervisorError extends Error {
  override readonly name = "SupervisorError";
  readonly log: readonly string[];
  constructor(message: string, log: readonly string[] = []) {
    super(message);
    this.log = log;
  }
}

export type Found =
  /** The supervisor of this directory lives. */
  | { readonly state: "running"; readonly pid: number; readonly record: SupervisorRecord }
  /** It didn't end in order, and its process is gone. */
  | { readonly state: "dead"; readonly pid: number; readonly record: SupervisorRecord }
  /** Its process is gone, and its pid is now that of another. */
  | { readonly state: "foreign"; readonly pid: number; readonly record: SupervisorRecord }
  /** None was started, or it ended in order. */
  | { readonly state: "absent"; readonly pid?: undefined };

/** Whose process a directory's `supervisor.json` names. Asks the system only, not the supervisor. */
export async function find(directory: string): Promise<Found> {
  const record = readRecord(directory);
  if (record === undefined) return { state: "absent" };
  const { pid } = record;
  const start = startOf(pid);
  if (start === undefined) return { state: "dead", pid, record };
  return { state: start === record.startTicks ? "running" : "foreign", pid, record };
}

/** Throws a {@link SupervisorError}: none runs, or it doesn't answer within `timeoutMs`. */
export async function status(directory: string, timeoutMs = 5_000): Promise<Status> {
  return await request(directory, { command: "status" }, timeoutMs);
}

/**
 * Brings what `service.json` says into service; resolves when it serves. Throws a {@link SupervisorError} when it
 * doesn't, and the version before goes on.
 */
export async function exchange(directory: string, secrets: Secrets, timeoutMs: number): Promise<Status> {
  return await request(directory, { command: "exchange", secrets }, timeoutMs);
}

/** Lets the service drain and waits until supervisor and workers are gone; kills them after `timeoutMs`. */
export async function stop(directory: string, timeoutMs: number): Promise<void> {
  const found = await find(directory);
  if (found.state === "running") {
    await request(directory, { command: "stop" }, 5_000).catch(() => signal(found.pid, "SIGTERM"));
    await hasEnded(found, timeoutMs);
  }
  await endRemains(found);
  clean(directory);
}

/**
 * Workers end by themselves when their supervisor is gone, at their next turn; until then they hold its port. Supervisor
 * and workers are a process group of their own.
 */
async function endRemains(found: Found): Promise<void> {
  if (found.state === "absent" || found.state === "foreign") return;
  if (found.state === "dead" && (await groupEnded(found.pid, 2_000))) return;
  if (!groupLives(found.pid)) return;
  signal(-found.pid, "SIGKILL");
  await groupEnded(found.pid, 10_000);
}

export interface StartOptions {
  /** The bundled supervisor. */
  readonly program: string;
  readonly secrets: Secrets;
  /** How long until the service must be ready. */
  readonly timeoutMs: number;
  readonly node?: string;
  readonly signal?: AbortSignal;
}

/** Starts a supervisor that outlives this process; resolves when its service is ready, else leaves none behind. */
export async function start(directory: string, options: StartOptions): Promise<Status> {
  const before = await find(directory);
  if (before.state === "running")
    throw new SupervisorError(`a supervisor runs in ${directory} already, pid ${before.pid}`);
  await endRemains(before);
  clean(directory);
  const log = join(directory, "log");
  mkdirSync(log, { recursive: true, mode: 0o700 });
  const output = openSync(join(log, "supervisor.err"), "w", 0o600);
  const child = spawn(options.node ?? process.execPath, [options.program, "--directory", directory], {
    cwd: directory,
    env: inheritedEnvironment(process.env),
    detached: true,
    stdio: ["pipe", output, output],
  });
  closeSync(output);
  let spawnError: Error | undefined;
  let ended = false;
  child.once("error", (error) => {
    spawnError = error;
  });
  child.once("exit", () => {
    ended = true;
  });
  // A supervisor that ends at once doesn't read its stdin; why it ended is said below.
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(`${JSON.stringify(options.secrets)}\n`);
  child.unref();

  const deadline = Date.now() + options.timeoutMs;
  for (;;) {
    const now = await statusOf(directory, child.pid);
    if (now?.state === "running") return now;
    if (spawnError !== undefined) throw new SupervisorError(`the supervisor can't be run: ${spawnError.message}`);
    if (ended) throw failureIn(directory);
    if (Date.now() > deadline || options.signal?.aborted === true) {
      if (child.pid !== undefined) {
        signal(-child.pid, "SIGKILL");
        await groupEnded(child.pid, 10_000);
      }
      clean(directory);
      throw new SupervisorError(
        options.signal?.aborted === true
          ? "cancelled"
          : `the service was not ready within ${options.timeoutMs / 1000} s`,
      );
    }
    await sleep(25);
  }
}

/** Variables that a program can hardly run without; all others are the service's own to name. */
const inheritedVariables = ["PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR"];

function inheritedEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    inheritedVariables.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])),
  );
}

async function statusOf(directory: string, pid: number | undefined): Promise<Status | undefined> {
  if (readRecord(directory)?.pid !== pid) return undefined;
  return await status(directory).catch(() => undefined);
}

function failureIn(directory: string): SupervisorError {
  try {
    const { error, log } = JSON.parse(readFileSync(join(directory, "failure.json"), "utf8")) as Failure;
    return new SupervisorError(error, log);
  } catch {
    const lines = linesOf(join(directory, "log", "supervisor.err"));
    return new SupervisorError(lines.at(-1) ?? "the supervisor ended without a word", lines.slice(0, -1));
  } finally {
    rmSync(join(directory, "failure.json"), { force: true });
  }
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, "utf8").trimEnd().split("\n").slice(-20);
  } catch {
    return [];
  }
}

/** Removes what a supervisor that is no more has left. */
function clean(directory: string): void {
  const socket = readRecord(directory)?.socket;
  if (socket !== undefined) {
    rmSync(socket, { force: true });
    if (/^hybrid-llm-\w{6}$/.test(dirname(socket).split("/").at(-1) ?? ""))
      rmSync(dirname(socket), { recursive: true, force: true });
  }
  for (const file of ["control.sock", "supervisor.json", "failure.json"])
    rmSync(join(directory, file), { force: true });
}

function readRecord(directory: string): SupervisorRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, "supervisor.json"), "utf8")) as SupervisorRecord;
  } catch {
    return undefined;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone already.
  }
}

async function hasEnded(
  { pid, record }: { pid: number; record: SupervisorRecord },
  timeoutMs: number,
): Promise<boolean> {
  return await comesTrue(() => startOf(pid) !== record.startTicks, timeoutMs);
}

async function groupEnded(leader: number, timeoutMs: number): Promise<boolean> {
  return await comesTrue(() => !groupLives(leader), timeoutMs);
}

async function comesTrue(condition: () => boolean, timeoutMs: number): Promise<boolean> {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(25)) if (condition()) return true;
  return condition();
}

async function request(directory: string, command: Command, timeoutMs: number): Promise<Status> {
  const found = await find(directory);
  if (found.state !== "running") {
    const what = found.state === "absent" ? "" : ` (its process ${found.pid} is ${found.state})`;
    throw new SupervisorError(`no supervisor runs in ${directory}${what}`);
  }
  const reply = await talk(found.record.socket, command, timeoutMs);
  if (reply.ok) return reply.status;
  throw new SupervisorError(reply.error, reply.log);
}

function talk(socket: string, command: Command, timeoutMs: number): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const connection = net.connect(socket);
    const fail = (reason: string): void => {
      clearTimeout(deadline);
      connection.destroy();
      reject(new SupervisorError(reason));
    };
    const deadline = setTimeout(
      () => fail(`the supervisor didn't answer ${command.command} within ${timeoutMs / 1000} s`),
      timeoutMs,
    );
    let text = "";
    connection.setEncoding("utf8");
    connection.once("error", (error) => fail(`the supervisor can't be reached: ${error.message}`));
    connection.once("close", () => fail(`the supervisor ended before it answered ${command.command}`));
    connection.on("data", (part: string) => {
      text += part;
      if (!text.endsWith("\n")) return;
      clearTimeout(deadline);
      connection.end();
      resolve(JSON.parse(text) as Reply);
    });
    connection.write(`${JSON.stringify(command)}\n`);
  });
}
