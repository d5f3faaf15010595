import { ConfigurationError } from "../../config/index.ts";
import { ListenError } from "./listen.ts";

/** A server that listens, as the process that runs it sees it. */
export interface Running {
  /** Where it answers, e.g. `https://127.0.0.1:8443`. */
  readonly url: string;
  /** Stops accepting, lets requests finish, and resolves when nothing is left to do. */
  drain(): Promise<void>;
}

/**
 * The protocol between a server process and whoever supervises it. Once it answers it sends
 * `{type: "ready", address: "<url>"}` over IPC, where there is an IPC channel; on SIGTERM, SIGINT or the message
 * `{type: "drain"}` it drains and exits with 0. A second signal ends it at once.
 */
export function serveAsWorker(running: Running): void {
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await running.drain();
    if (process.connected) process.disconnect();
    process.exit(0);
  };
  const signalled = () => (stopping ? process.exit(1) : void stop());
  process.on("SIGTERM", signalled);
  process.on("SIGINT", signalled);
  process.on("message", (message) => {
    if (isMessage(message) && message.type === "drain") void stop();
  });
  // A supervisor that is gone can't ask for the drain any more.
  process.on("disconnect", () => void stop());
  process.send?.({ type: "ready", address: running.url });
}

/** Ends a process that could not start: one clear line, no stack for what a person can put right. */
export function failStart(error: unknown): never {
  const known = error instanceof ConfigurationError || error instanceof ListenError;
  const text = error instanceof Error ? (known ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

function isMessage(message: unknown): message is { type: unknown } {
  return typeof message === "object" && message !== null && "type" in message;
}
