import { type Logger, pino } from "pino";
import type { RouterConfig } from "../config/index.ts";
import { RouterError } from "./errors.ts";
import { toDollars } from "./money/index.ts";
import { withoutKnown } from "./secrets.ts";
import type { Trail } from "./trail.ts";

export type Log = Logger;

export interface LogDestination {
  write(line: string): void;
}

/**
 * JSON lines. No prompt, answer, key or provider's text is ever given to it; as a second fence each line is searched
 * for the secrets that this process knows.
 */
export function createLog(config: RouterConfig, destination: LogDestination = standardOutput()): Log {
  const options = {
    level: config.log.level,
    base: { name: config.name, ...(config.region ? { region: config.region } : {}) },
    timestamp: isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return pino(options, { write: (line: string) => void destination.write(withoutKnown(line)) });
}

let lastMs = 0;
let lastTime = "";

/** Many lines are of the same millisecond, and making a date's text costs as much as the rest of a line. */
function isoTime(): string {
  const now = Date.now();
  if (now !== lastMs) {
    lastMs = now;
    lastTime = `,"time":"${new Date(now).toISOString()}"`;
  }
  return lastTime;
}

/** Lines that are written together at the latest after this; milliseconds. */
const flushMs = 100;
const flushBytes = 32 * 1024;
const maxWriteBytes = 128 * 1024;

/** A write for each line would cost a request more than making the line does. */
function standardOutput(): LogDestination {
  const output = pino.destination({ dest: 1, sync: false, minLength: flushBytes, maxWrite: maxWriteBytes });
  // Whoever read the log is gone; the requests are not.
  output.on("error", () => {});
  setInterval(() => output.flush(), flushMs).unref();
  process.on("exit", () => {
    try {
      output.flushSync();
    } catch {
      // Nobody reads it.
    }
  });
  return output;
}

export interface FinishedRequest {
  readonly requestId: string;
  readonly method: string;
  /** The route's pattern or the path without its query, which may hold secrets. */
  readonly path: string;
  readonly status: number;
  readonly ms: number;
  readonly caller: { readonly keyId: string; readonly tenant: string } | undefined;
  readonly trail: Trail | undefined;
  readonly error: unknown;
  /** A probe: told only where everything is told. */
  readonly probe: boolean;
}

/** One line a request. */
export function logRequest(log: Log, request: FinishedRequest): void {
  const { requestId, method, path, status, caller, trail, error } = request;
  const line = {
    request_id: requestId,
    method,
    path,
    status,
    ms: Math.round(request.ms * 10) / 10,
    ...(caller ? { key_id: caller.keyId, tenant: caller.tenant } : {}),
    ...(trail ? summary(trail) : {}),
    ...(error === undefined ? {} : { error: error instanceof RouterError ? error.code : "internal_error" }),
  };
  const unexpected = error !== undefined && (!(error instanceof RouterError) || error.code === "internal_error");
  if (unexpected) log.error({ ...line, stack: error instanceof Error ? stackOf(error) : typeof error }, "request");
  else if (trail && trail.alerts.length > 0) log.error({ ...line, alerts: trail.alerts }, "request");
  else if (status >= 500 || trail?.outcome === "broken_off") log.warn(line, "request");
  else log[request.probe ? "debug" : "info"](line, "request");
}

function summary({
  backend,
  model,
  reason,
  attempts,
  continued,
  failures,
  usage,
  costNano,
  outcome,
  cache,
}: Trail): object {
  const broken = { ...(continued > 0 ? { continued } : {}), ...(failures.length > 0 ? { failures } : {}) };
  const cost = costNano === undefined ? {} : { cost_usd: toDollars(costNano) };
  const cached = cache === undefined ? {} : { cache };
  return { backend, model, reason, attempts, usage, ...cost, outcome, ...cached, ...broken };
}

/** Where it happened, without the message, which may quote what a client sent. */
function stackOf(error: Error): string {
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return [error.name, ...frames.slice(0, 8)].join("\n");
}
