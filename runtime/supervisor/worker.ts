import net from "node:net";
import process from "node:process";
import type { SupervisorMessage, WorkerMessage } from "./protocol.ts";

/**
 * Runs in a worker before its program does, and makes `server.listen(port, host)` listen on the supervisor's socket.
 * The program is a plain Node program that knows nothing of it. Paths, descriptors and `exclusive` ports are left alone.
 */
export function listenOnSupervisorSockets(): void {
  const listen = net.Server.prototype.listen as (this: net.Server, ...args: unknown[]) => net.Server;
  net.Server.prototype.listen = function supervised(this: net.Server, ...args: unknown[]): net.Server {
    const wanted = wantedOf(args);
    if (wanted === undefined) return listen.apply(this, args);
    if (wanted.callback !== undefined) this.once("listening", wanted.callback);
    obtain(wanted).then(
      (handle) => process.nextTick(() => listen.call(this, handle, wanted.backlog)),
      // Outside of the promise, so that an error nobody listens for ends the worker as it would without us.
      (error: unknown) => process.nextTick(() => this.emit("error", error)),
    );
    return this;
  };
}

interface Wanted {
  readonly host?: string;
  readonly port: number;
  readonly backlog: number;
  readonly callback?: () => void;
}

const defaultBacklog = 511;

/** The forms `listen(port, host?, backlog?, callback?)` and `listen({host, port, backlog}, callback?)`. */
function wantedOf(args: readonly unknown[]): Wanted | undefined {
  const last = args.at(-1);
  const callback = typeof last === "function" ? { callback: last as () => void } : {};
  const [first, ...rest] = args;
  if (typeof first === "object" && first !== null) {
    const { host, port, backlog, exclusive, path, fd } = first as Record<string, unknown>;
    if (port === undefined || exclusive === true || path !== undefined || fd !== undefined) return undefined;
    return {
      port: portOf(port),
      ...(typeof host === "string" && host !== "" ? { host } : {}),
      backlog: typeof backlog === "number" ? backlog : defaultBacklog,
      ...callback,
    };
  }
  const isPort = typeof first === "number" || (typeof first === "string" && /^\d+$/.test(first));
  if (!isPort && first !== undefined && first !== null && typeof first !== "function") return undefined;
  const host = rest.find((part) => typeof part === "string");
  const backlog = rest.find((part) => typeof part === "number");
  return {
    port: isPort ? portOf(first) : 0,
    ...(typeof host === "string" && host !== "" ? { host } : {}),
    backlog: typeof backlog === "number" ? backlog : defaultBacklog,
    ...callback,
  };
}

function portOf(value: unknown): number {
  const port = Number(value ?? 0);
  if (Number.isInteger(port) && port >= 0 && port < 65536) return port;
  throw Object.assign(new RangeError(`options.port should be >= 0 and < 65536. Received ${String(value)}.`), {
    code: "ERR_SOCKET_BAD_PORT",
  });
}

let requests = 0;

function obtain({ host, port }: Wanted): Promise<unknown> {
  const id = ++requests;
  return new Promise((resolve, reject) => {
    // Listened to only while an answer is due: a listener keeps the channel, and with it the process, alive.
    const answered = (message: unknown, handle: unknown): void => {
      const reply = message as SupervisorMessage | null;
      if (reply === null || reply.type === "drain" || reply.id !== id) return;
      process.off("message", answered);
      if (reply.type === "supervisor:socket") resolve(handle);
      else reject(Object.assign(new Error(reply.message), { code: reply.code, syscall: "listen" }));
    };
    process.on("message", answered);
    const request: WorkerMessage = { type: "supervisor:listen", id, ...(host === undefined ? {} : { host }), port };
    process.send?.(request);
  });
}
