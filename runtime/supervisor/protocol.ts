/** What supervisor and client agree on: the files of a service's directory, and the commands over its socket. */

/** `service.json`: what to run. Paths are relative to the service's directory. */
export interface Service {
  /** For messages and for the name of the log. */
  readonly name: string;
  readonly version: string;
  /** The worker's program, one ESM file. Its folder is the worker's working directory. */
  readonly bundle: string;
  /** Handed to the worker as `--config <absolute path>`. */
  readonly configuration: string;
  /** How many processes serve side by side. */
  readonly workers: number;
  /** A worker that isn't ready within this time has failed. */
  readonly startMs: number;
  /** A draining worker that hasn't ended within this time is killed. */
  readonly drainMs: number;
  /** Plain variables of the worker's environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute path of a file with further variables; read at each start and exchange. */
  readonly environmentFile?: string;
  /** Names of the variables whose values come over stdin or with the exchange, never from a file. */
  readonly secretVariables: readonly string[];
}

/** By name of the variable. Kept in memory only. */
export type Secrets = Readonly<Record<string, string>>;

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** `supervisor.json`: who runs in this directory. Written as soon as the supervisor can be talked to. */
export interface SupervisorRecord {
  readonly pid: number;
  /** What tells this process from a later one of the same pid: see `startOf`. */
  readonly startTicks: string;
  /** The control socket. */
  readonly socket: string;
  /** The file that the supervisor itself was started from. */
  readonly program: string;
  /** Absent until the first version is in service. */
  readonly version?: string;
  readonly port?: number;
}

/** `failure.json`: why the last start came to nothing; left for whoever started it. */
export interface Failure {
  readonly error: string;
  /** The last lines that the failed workers wrote. */
  readonly log: readonly string[];
}

export interface WorkerStatus {
  /** Absent while a crashed worker waits for its restart. */
  readonly pid?: number;
  readonly state: "starting" | "ready" | "draining" | "waiting";
  readonly version: string;
}

export interface Status {
  readonly state: "starting" | "running" | "stopping";
  readonly pid: number;
  readonly version: string;
  readonly workers: readonly WorkerStatus[];
  /** Absent while nothing is in service yet. */
  readonly address?: Address;
  /** Restarts after a crash, of all versions since the supervisor began. */
  readonly restarts: number;
  /** When the present version came into service, ISO 8601. */
  readonly since?: string;
}

/** One line of JSON; one reply each. */
export type Command =
  | { readonly command: "status" }
  /** Reads `service.json` again and exchanges the workers; answered when the new ones serve, or have failed. */
  | { readonly command: "exchange"; readonly secrets: Secrets }
  /** Answered at once; the supervisor ends when its workers have drained. */
  | { readonly command: "stop" };

export type Reply = { readonly ok: true; readonly status: Status } | ({ readonly ok: false } & Failure);

/**
 * From a worker. `ready` says where it answers, as host and port or as a URL; the other is sent by what the supervisor
 * loads into the worker, see `worker.ts`.
 */
export type WorkerMessage =
  | { readonly type: "ready"; readonly address: Address | string }
  | { readonly type: "supervisor:listen"; readonly id: number; readonly host?: string; readonly port: number };

export type SupervisorMessage =
  | { readonly type: "drain" }
  | { readonly type: "supervisor:socket"; readonly id: number }
  | {
      readonly type: "supervisor:refused";
      readonly id: number;
      readonly code: string;
      readonly message: string;
    };
