import { randomFillSync } from "node:crypto";
import { TraceFlags } from "@opentelemetry/api";
import { type IncomingHeaders, passedOn, readContext, type TraceHeaders, writeContext } from "./trace-context.ts";

/** Writes the attributes of a span; those that are undefined, or numbers that can't be shown, are left out. */
export interface AttributeWriter {
  text(name: string, value: string | undefined): void;
  /** One of few texts that the name can have. */
  word(name: string, value: string | undefined): void;
  /** Whole numbers are written as such. */
  number(name: string, value: number | undefined): void;
  flag(name: string, value: boolean | undefined): void;
  texts(name: string, values: readonly string[] | undefined): void;
}

export type Attributes = (write: AttributeWriter) => void;

/** Numbers of the OpenTelemetry protocol. */
export const spanKind = { server: 2, client: 3 } as const;

/** A span that is over. Times are milliseconds since 1970, with fractions. */
export interface EndedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  /** The parent is of another process. */
  readonly remoteParent: boolean;
  readonly tracestate: string | undefined;
  readonly name: string;
  readonly kind: (typeof spanKind)[keyof typeof spanKind];
  readonly startedAt: number;
  readonly endedAt: number;
  readonly events: readonly { readonly name: string; readonly at: number }[];
  /** Where it failed: what to show as the reason, which may be empty. */
  readonly error: string | undefined;
  readonly attributes: Attributes;
}

/** Where spans come from, and where they go. */
export interface Tracer {
  /** Whether a trace that begins here is recorded. */
  samples(traceId: string): boolean;
  ended(span: EndedSpan): void;
}

/** A step of a request. Contexts are passed by hand: each span knows its children. */
export interface Span {
  /** Where it is false nobody reads the attributes, and they need not be made. */
  readonly recording: boolean;
  /** For a request that is made on its behalf. */
  readonly headers: TraceHeaders;
  /** A call to another process. */
  child(name: string): Span;
  event(name: string): void;
  /** @param error where it failed: what to show as the reason, which may be empty */
  end(attributes: Attributes, error?: string): void;
}

class UnrecordedSpan implements Span {
  readonly recording = false;
  readonly headers: TraceHeaders;

  constructor(headers: TraceHeaders) {
    this.headers = headers;
  }

  child(): Span {
    return this;
  }

  event(): void {}

  end(): void {}
}

/** Records nothing; the caller's context, where there is one, goes on as it came. */
export function passOn(headers: IncomingHeaders): Span {
  return new UnrecordedSpan(passedOn(headers));
}

/** Begins the span of a request that was received. */
export function serverSpan(tracer: Tracer, name: string, headers: IncomingHeaders): Span {
  const caller = readContext(headers);
  if (caller && (caller.traceFlags & TraceFlags.SAMPLED) === 0) return passOn(headers);
  const traceId = caller?.traceId ?? randomHex(16);
  const tracestate = caller?.traceState?.serialize() || undefined;
  if (!caller && !tracer.samples(traceId)) {
    return new UnrecordedSpan(writeContext(traceId, randomHex(8), false, tracestate));
  }
  // One clock for a trace: one that is set in between can't put its spans out of order.
  const trace = { tracer, traceId, tracestate, epoch: Date.now() - performance.now() };
  return new RecordedSpan(trace, name, spanKind.server, caller?.spanId, caller !== undefined);
}

interface Trace {
  readonly tracer: Tracer;
  readonly traceId: string;
  readonly tracestate: string | undefined;
  /** What `performance.now()` is to be added to for milliseconds since 1970. */
  readonly epoch: number;
}

const noEvents: EndedSpan["events"] = [];

class RecordedSpan implements Span {
  readonly recording = true;
  readonly #trace: Trace;
  readonly #name: string;
  readonly #kind: EndedSpan["kind"];
  readonly #spanId = randomHex(8);
  readonly #parentSpanId: string | undefined;
  readonly #remoteParent: boolean;
  readonly #startedAt: number;
  #events: { name: string; at: number }[] | undefined;

  constructor(
    trace: Trace,
    name: string,
    kind: EndedSpan["kind"],
    parentSpanId: string | undefined,
    remoteParent: boolean,
  ) {
    this.#trace = trace;
    this.#name = name;
    this.#kind = kind;
    this.#parentSpanId = parentSpanId;
    this.#remoteParent = remoteParent;
    this.#startedAt = this.#now();
  }

  get headers(): TraceHeaders {
    const { traceId, tracestate } = this.#trace;
    return writeContext(traceId, this.#spanId, true, tracestate);
  }

  child(name: string): Span {
    return new RecordedSpan(this.#trace, name, spanKind.client, this.#spanId, false);
  }

  event(name: string): void {
    this.#events ??= [];
    this.#events.push({ name, at: this.#now() });
  }

  end(attributes: Attributes, error?: string): void {
    const { tracer, traceId, tracestate } = this.#trace;
    tracer.ended({
      traceId,
      spanId: this.#spanId,
      parentSpanId: this.#parentSpanId,
      remoteParent: this.#remoteParent,
      tracestate,
      name: this.#name,
      kind: this.#kind,
      startedAt: this.#startedAt,
      endedAt: this.#now(),
      events: this.#events ?? noEvents,
      error,
      attributes,
    });
  }

  #now(): number {
    return this.#trace.epoch + performance.now();
  }
}

const pool = Buffer.alloc(8_192);
let used = pool.length;

/** So many random bytes as hexadecimal; drawn many at a time, because each call of the system's source costs as much. */
function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const text = pool.toString("hex", used, used + bytes);
  used += bytes;
  // An id of zeros is none.
  return /[^0]/.test(text) ? text : randomHex(bytes);
}
