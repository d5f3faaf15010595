import { dirname, join } from "node:path";
import type { Log } from "./log.ts";
import type { Address, Secrets, Service, WorkerStatus } from "./protocol.ts";
import { Sockets } from "./sockets.ts";
import { WorkerFailure, WorkerProcess } from "./worker-process.ts";

export interface GenerationContext {
  readonly directory: string;
  /** The supervisor's own file. */
  readonly program: string;
  readonly sockets: Sockets;
  readonly log: Log;
}

const firstPauseMs = 100;
const longestPauseMs = 10_000;

interface Slot {
  worker?: WorkerProcess;
  restart?: NodeJS.Timeout;
  pauseMs: number;
}

/** The workers of one version: begun together, kept alive while in service, and retired together. */
export class Generation {
  readonly service: Service;
  /** The sockets that its workers asked for. */
  readonly socketKeys = new Set<string>();
  restarts = 0;
  readonly #secrets: Secrets;
  readonly #context: GenerationContext;
  readonly #slots: readonly Slot[];
  #over = false;

  constructor(service: Service, secrets: Secrets, context: GenerationContext) {
    this.service = service;
    this.#secrets = secrets;
    this.#context = context;
    this.#slots = Array.from({ length: service.workers }, () => ({ pauseMs: firstPauseMs }));
  }

  /** All workers ready, or none left and a {@link WorkerFailure} thrown. */
  async start(): Promise<Address> {
    try {
      const addresses = await Promise.all(this.#slots.map((slot) => this.#fork(slot).ready));
      const [address] = addresses;
      if (address === undefined || this.#over) throw new WorkerFailure("the supervisor was told to stop", []);
      for (const slot of this.#slots) this.#keepAlive(slot);
      return address;
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  status(): WorkerStatus[] {
    const { version } = this.service;
    return this.#slots.flatMap(({ worker, restart }): WorkerStatus[] => {
      if (worker?.pid !== undefined) return [{ pid: worker.pid, state: worker.state, version }];
      return restart === undefined ? [] : [{ state: "waiting", version }];
    });
  }

  async drain(): Promise<void> {
    await this.#end((worker) => worker.drain(this.service.drainMs));
  }

  async kill(): Promise<void> {
    await this.#end(async (worker) => {
      worker.kill();
      await worker.exited;
    });
  }

  async #end(one: (worker: WorkerProcess) => Promise<void>): Promise<void> {
    this.#over = true;
    await Promise.all(
      this.#slots.map(async (slot) => {
        clearTimeout(slot.restart);
        delete slot.restart;
        if (slot.worker !== undefined) await one(slot.worker);
        delete slot.worker;
      }),
    );
  }

  #fork(slot: Slot): WorkerProcess {
    const { directory, program, sockets, log } = this.#context;
    const { service } = this;
    slot.worker = new WorkerProcess({
      program: join(directory, service.bundle),
      configuration: join(directory, service.configuration),
      directory: dirname(join(directory, service.bundle)),
      preload: program,
      environment: { ...service.environment, ...this.#secrets },
      startMs: service.startMs,
      open: (host, port, nth) => {
        const key = Sockets.key(host, port, nth);
        this.socketKeys.add(key);
        return sockets.open(key, host, port);
      },
      line: (text) => log.line(text),
    });
    return slot.worker;
  }

  #keepAlive(slot: Slot): void {
    const { worker } = slot;
    if (worker === undefined) return;
    const began = Date.now();
    const { pid } = worker;
    void worker.exited.then(() => {
      delete slot.worker;
      if (this.#over) return;
      if (Date.now() - began > longestPauseMs) slot.pauseMs = firstPauseMs;
      this.#context.log.event("warn", `worker ${pid} ended unexpectedly; the next one starts in ${slot.pauseMs} ms`);
      this.#restartLater(slot);
    });
  }

  /** After a crash, and after a restart that failed, the next one waits twice as long; one that lasted begins anew. */
  #restartLater(slot: Slot): void {
    const { log } = this.#context;
    slot.restart = setTimeout(() => {
      delete slot.restart;
      this.restarts += 1;
      try {
        this.#fork(slot).ready.catch((error: Error) => {
          if (!this.#over) log.event("error", `a restarted worker failed: ${error.message}`);
        });
        this.#keepAlive(slot);
      } catch (error) {
        log.event("error", `no worker can be started: ${(error as Error).message}`);
        this.#restartLater(slot);
      }
    }, slot.pauseMs);
    slot.pauseMs = Math.min(slot.pauseMs * 2, longestPauseMs);
  }
}
