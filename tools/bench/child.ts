import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, statSync, truncateSync } from "node:fs";
import { connect } from "node:net";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../engine/index.ts";

export interface ChildOptions {
  /** What it is called, also the name of its log. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Its whole environment: nothing of this process's own, which may hold real providers' keys. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where its log is written. */
  readonly folder: string;
  /** Opens a channel for messages of Node. */
  readonly channel?: boolean;
}

const running = new Set<Child>();
// When this process ends, by itself or by a mistake, nothing that it started stays.
process.on("exit", () => {
  for (const child of running) child.kill();
});

/** Stops whatever this process started and still runs. */
export async function stopChildren(): Promise<void> {
  await Promise.all([...running].map((child) => child.stop()));
}

const stopMs = 15_000;
/** Logs are for the eyes of who looks for a failure; a long run must not fill the disk. */
const longestLog = 64 * 1024 * 1024;

/**
 * A process under test or beside it. It leads a group of its own, so that Ctrl-C reaches the benchmark alone, and its
 * output goes to a file: nobody has to be awake to read it.
 */
export class Child {
  readonly name: string;
  readonly log: string;
  readonly pid: number;
  readonly process: ChildProcess;
  readonly #exited: Promise<void>;
  #stopping = false;

  constructor({ name, command, args, environment = {}, folder, channel = false }: ChildOptions) {
    this.name = name;
    this.log = join(folder, `${name}.log`);
    const output = openSync(this.log, "a");
    this.process = spawn(command, args, {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
      stdio: ["ignore", output, output, ...(channel ? ["ipc" as const] : [])],
      detached: true,
    });
    closeSync(output);
    this.#exited = new Promise((resolve) => {
      this.process.once("exit", () => resolve());
      this.process.once("error", () => resolve());
    });
    if (this.process.pid === undefined) throw new Failure(`${basename(command)} can't be run.`);
    this.pid = this.process.pid;
    running.add(this);
    void this.#exited.then(() => running.delete(this));
  }

  get alive(): boolean {
    return running.has(this);
  }

  /** Waits until it accepts connections. */
  async listening(port: number, withinMs: number): Promise<void> {
    const deadline = Date.now() + withinMs;
    while (!(await accepts(port))) {
      if (!this.alive) throw this.failure("ended before it listened");
      if (Date.now() > deadline) throw this.failure(`did not listen within ${withinMs / 1000} s`);
      await sleep(100);
    }
  }

  /** The first message that it sends. */
  async message<Message>(): Promise<Message> {
    const message = await Promise.race([
      new Promise<Message>((resolve) => this.process.once("message", (value) => resolve(value as Message))),
      this.#exited,
    ]);
    if (message === undefined) throw this.failure("ended before it was ready");
    return message;
  }

  /** What it did, with the end of its log. */
  failure(what: string): Failure {
    const lines = readFileSync(this.log, "utf8").trimEnd().split("\n").slice(-8);
    return new Failure(`${this.name} ${what}.`, [`its log, ${this.log}, ends with\n    ${lines.join("\n    ")}`]);
  }

  /** Empties a log that has grown long; what appends to it goes on at its start. */
  trimLog(): void {
    if (statSync(this.log).size > longestLog) truncateSync(this.log);
  }

  /** Lets it end by itself, then doesn't. */
  async stop(): Promise<void> {
    if (!this.alive || this.#stopping) return this.#exited;
    this.#stopping = true;
    this.process.kill("SIGTERM");
    const deadline = setTimeout(() => this.kill(), stopMs);
    await this.#exited;
    clearTimeout(deadline);
  }

  kill(): void {
    try {
      process.kill(-this.pid, "SIGKILL");
    } catch {
      // It is gone.
    }
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const settle = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
  });
}
