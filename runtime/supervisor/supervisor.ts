import { rmSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "./files.ts";
import { Generation, type GenerationContext } from "./generation.ts";
import { Log } from "./log.ts";
import { startOf } from "./process.ts";
import type { Address, Failure, Secrets, Status, SupervisorRecord } from "./protocol.ts";
import { readService, secretsFor, withFile } from "./service.ts";
import { Sockets } from "./sockets.ts";
import { WorkerFailure } from "./worker-process.ts";

interface InService {
  readonly generation: Generation;
  readonly serviceText: string;
  readonly address: Address;
  readonly since: string;
}

/** Keeps one service running in its directory, and exchanges its version without a gap. */
export class Supervisor {
  readonly #context: GenerationContext;
  readonly #socket: string;
  #inService: InService | undefined;
  #starting: Generation | undefined;
  readonly #retiring = new Set<Generation>();
  #earlierRestarts = 0;
  #stopping = false;
  /** Exchanges happen one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: { readonly directory: string; readonly program: string; readonly socket: string }) {
    const { directory, program, socket } = options;
    const log = new Log(join(directory, "log"), readService(directory).service.name);
    this.#context = { directory, program, log, sockets: new Sockets() };
    this.#socket = socket;
    this.#writeRecord();
  }

  /** The first start. Throws what {@link failureOf} makes a message of. */
  begin(secrets: Secrets): Promise<void> {
    return this.#queue(() => this.#change(secrets));
  }

  /** The same for a running service: on failure the version in service goes on. */
  exchange(secrets: Secrets): Promise<void> {
    return this.#queue(() => this.#change(secrets));
  }

  status(): Status {
    const { directory } = this.#context;
    const { generation, address, since } = this.#inService ?? {};
    const shown = generation ?? this.#starting;
    const workers = [generation, this.#starting, ...this.#retiring].flatMap((one) => one?.status() ?? []);
    return {
      state: this.#stopping ? "stopping" : generation === undefined ? "starting" : "running",
      pid: process.pid,
      version: shown?.service.version ?? readService(directory).service.version,
      workers,
      ...(address === undefined ? {} : { address }),
      restarts: this.#earlierRestarts + (generation?.restarts ?? 0),
      ...(since === undefined ? {} : { since }),
    };
  }

  /** Closes the sockets, drains all workers, and removes what says that a supervisor runs here. */
  async stop(): Promise<void> {
    if (this.#stopping) return await this.#last.then(() => undefined);
    this.#stopping = true;
    this.#context.log.event("info", "stopping");
    this.#context.sockets.keepOnly(new Set());
    const done = Promise.all([
      this.#inService?.generation.drain(),
      this.#starting?.kill(),
      ...[...this.#retiring].map((generation) => generation.drain()),
    ]);
    this.#last = done;
    await done;
    rmSync(join(this.#context.directory, "supervisor.json"), { force: true });
    this.#context.log.event("info", "stopped");
  }

  #queue(work: () => Promise<void>): Promise<void> {
    const result = this.#last.then(() => {
      if (this.#stopping) throw new Error("the supervisor is stopping");
      return work();
    });
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #change(secrets: Secrets): Promise<void> {
    const { directory, sockets, log } = this.#context;
    const before = this.#inService;
    try {
      const { text, service } = readService(directory);
      log.name(service.name);
      this.#starting = new Generation(service, withFile(service, secretsFor(service, secrets)), this.#context);
      log.event("info", `starting version ${service.version}`);
      const address = await this.#starting.start();
      this.#inService = {
        generation: this.#starting,
        serviceText: text,
        address,
        since: new Date().toISOString(),
      };
    } catch (error) {
      this.#undo(before);
      log.event("error", `the start failed: ${(error as Error).message}`);
      throw error;
    } finally {
      this.#starting = undefined;
    }
    const { generation } = this.#inService;
    log.event("info", `version ${generation.service.version} is in service`);
    // A socket that only the old version used stops here, before its workers are told to drain.
    sockets.keepOnly(generation.socketKeys);
    this.#writeRecord();
    if (before !== undefined) this.#retire(before.generation);
  }

  #undo(before: InService | undefined): void {
    if (this.#stopping) return;
    const { directory, sockets, log } = this.#context;
    sockets.keepOnly(before?.generation.socketKeys ?? new Set());
    if (before === undefined) return;
    log.name(before.generation.service.name);
    try {
      writeAtomically(join(directory, "service.json"), before.serviceText);
    } catch (error) {
      log.event("error", `service.json couldn't be put back: ${(error as Error).message}`);
    }
  }

  #retire(generation: Generation): void {
    this.#earlierRestarts += generation.restarts;
    this.#retiring.add(generation);
    void generation.drain().then(() => {
      this.#retiring.delete(generation);
      this.#context.log.event("info", `version ${generation.service.version} has drained`);
    });
  }

  #writeRecord(): void {
    const { directory, program, log } = this.#context;
    const record: SupervisorRecord = {
      pid: process.pid,
      startTicks: startOf(process.pid) ?? "",
      socket: this.#socket,
      program,
      ...(this.#inService === undefined
        ? {}
        : { version: this.#inService.generation.service.version, port: this.#inService.address.port }),
    };
    try {
      writeAtomically(join(directory, "supervisor.json"), `${JSON.stringify(record, undefined, 2)}\n`);
    } catch (error) {
      // At the first time nobody could find this process again.
      if (this.#inService === undefined) throw error;
      log.event("error", `supervisor.json couldn't be written: ${(error as Error).message}`);
    }
  }
}

export function failureOf(error: unknown): Failure {
  return {
    error: error instanceof Error ? error.message : String(error),
    log: error instanceof WorkerFailure ? error.log : [],
  };
}
