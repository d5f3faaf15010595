import cluster, { type Worker } from "node:cluster";
import type { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import type { Address, SupervisorMessage, WorkerMessage } from "./protocol.ts";
import { ListenError, type SocketHandle } from "./sockets.ts";

export interface WorkerOptions {
  readonly program: string;
  readonly configuration: string;
  readonly directory: string;
  /** Preloaded into the worker: this supervisor's own file, see `worker.ts`. */
  readonly preload: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly startMs: number;
  /** The supervisor's socket for the worker's nth request of this host and port. Throws a {@link ListenError}. */
  open(host: string | undefined, port: number, nth: number): Promise<SocketHandle>;
  line(text: string): void;
}

/** Why a worker didn't come into service. */
export class WorkerFailure extends Error {
  override readonly name = "WorkerFailure";
  readonly log: readonly string[];
  constructor(message: string, log: readonly string[]) {
    super(message);
    this.log = log;
  }
}

const keptLines = 20;
/** A line without end is cut here, so that a worker can't fill the supervisor's memory. */
const longestLine = 64 * 1024;

/** One process of a service, from its fork to its end. */
export class WorkerProcess {
  readonly ready: Promise<Address>;
  readonly exited: Promise<void>;
  #state: "starting" | "ready" | "draining" = "starting";
  readonly #worker: Worker;
  readonly #options: WorkerOptions;
  readonly #lines: string[] = [];
  readonly #requests = new Map<string, number>();
  #refused: ListenError | undefined;
  #gone = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
    cluster.setupPrimary({
      exec: options.program,
      args: ["--config", options.configuration],
      execArgv: ["--import", pathToFileURL(options.preload).href],
      cwd: options.directory,
      silent: true,
    });
    this.#worker = cluster.fork(options.environment);
    const child = this.#worker.process;
    for (const output of [child.stdout, child.stderr]) if (output) this.#copyLines(output);
    this.exited = new Promise((resolve) => {
      const gone = (): void => {
        this.#gone = true;
        resolve();
      };
      this.#worker.once("exit", gone);
      // Also a failed send is reported as an error, but then there is or was a process, whose end is reported above.
      this.#worker.on("error", () => {
        if (this.pid === undefined) gone();
      });
    });
    this.ready = this.#awaitReady();
    this.ready.catch(() => undefined);
  }

  get pid(): number | undefined {
    return this.#worker.process.pid;
  }

  get state(): "starting" | "ready" | "draining" {
    return this.#state;
  }

  /** Lets it finish what it has begun; kills it after `drainMs`. Resolves when it is gone. */
  async drain(drainMs: number): Promise<void> {
    if (this.#gone) return;
    this.#state = "draining";
    if (this.#worker.isConnected()) this.#send({ type: "drain" });
    else this.#worker.process.kill("SIGTERM");
    const deadline = setTimeout(() => this.kill(), drainMs);
    await this.exited;
    clearTimeout(deadline);
  }

  kill(): void {
    if (!this.#gone) this.#worker.process.kill("SIGKILL");
  }

  #awaitReady(): Promise<Address> {
    return new Promise((resolve, reject) => {
      const fail = (reason: string): void => reject(new WorkerFailure(reason, [...this.#lines]));
      const deadline = setTimeout(() => {
        fail(`it was not ready within ${this.#options.startMs / 1000} s`);
        this.kill();
      }, this.#options.startMs);
      this.#worker.on("error", (error) => {
        if (this.pid === undefined) fail(`it can't be run: ${error.message}`);
      });
      this.#worker.on("message", (message: WorkerMessage | null) => {
        if (message?.type === "supervisor:listen") void this.#answerListen(message.id, message.host, message.port);
        else if (message?.type === "ready" && this.#state === "starting") {
          clearTimeout(deadline);
          this.#state = "ready";
          resolve(addressOf(message.address));
        }
      });
      this.#worker.once("exit", (code: number | null, signal: string | null) => {
        clearTimeout(deadline);
        const how = signal === null ? `exited with code ${code}` : `was ended by ${signal}`;
        void this.#lastLines().then(() => {
          fail(this.#refused?.message ?? [`it ${how} before it was ready`, ...this.#lines.slice(-1)].join(": "));
        });
      });
    });
  }

  async #answerListen(id: number, host: string | undefined, port: number): Promise<void> {
    const asked = `${host ?? "*"} ${port}`;
    const nth = this.#requests.get(asked) ?? 0;
    this.#requests.set(asked, nth + 1);
    try {
      this.#send({ type: "supervisor:socket", id }, await this.#options.open(host, port, nth));
    } catch (error) {
      const refused = error instanceof ListenError ? error : new ListenError("EINVAL", (error as Error).message);
      this.#refused = refused;
      this.#send({ type: "supervisor:refused", id, code: refused.code, message: refused.message });
    }
  }

  #send(message: SupervisorMessage, handle?: SocketHandle): void {
    // A bound handle is what cluster itself sends; the types know only the classes built on it.
    if (this.#worker.isConnected()) this.#worker.send(message, handle as never, () => undefined);
  }

  /** Output may still be on its way when the end of a process is reported, and a child of it may hold it open. */
  async #lastLines(): Promise<void> {
    await Promise.race([
      new Promise((resolve) => this.#worker.process.once("close", resolve)),
      new Promise((resolve) => setTimeout(resolve, 1000).unref()),
    ]);
  }

  #copyLines(output: Readable): void {
    let rest = "";
    const take = (line: string): void => {
      this.#options.line(line);
      this.#lines.push(line);
      if (this.#lines.length > keptLines) this.#lines.shift();
    };
    output.setEncoding("utf8");
    output.on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) take(line);
      if (rest.length > longestLine) {
        take(rest);
        rest = "";
      }
    });
    output.on("end", () => {
      if (rest !== "") take(rest);
    });
  }
}

/** What a worker says of its address; what can't be read is an address of nothing, not a reason to refuse the worker. */
function addressOf(given: Address | string): Address {
  if (typeof given !== "string") return { host: String(given?.host), port: Number(given?.port) || 0 };
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const standard = url?.protocol === "https:" ? 443 : 80;
  return { host: (url?.hostname ?? given).replace(/^\[|\]$/g, ""), port: Number(url?.port || standard) };
}
