import {
  type Attributes,
  type Context,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { AnchoredClock } from "@opentelemetry/core";
import { isPresentable } from "./numbers.ts";
import { type IncomingHeaders, passedOn, readContext, type TraceHeaders, writeContext } from "./trace-context.ts";

/** A step of a request. Contexts are passed by hand: each span knows its children. */
export interface Span {
  /** Where it is false nobody reads the attributes, and they need not be made. */
  readonly recording: boolean;
  /** For a request that is made on its behalf. */
  readonly headers: TraceHeaders;
  /** A call to another process. */
  child(name: string): Span;
  event(name: string): void;
  /**
   * @param attributes those that are undefined, or numbers that can't be shown, are left out
   * @param error where it failed: what to show as the reason, which may be empty
   */
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
  const parent = trace.getSpanContext(caller);
  if (parent && (parent.traceFlags & TraceFlags.SAMPLED) === 0) return passOn(headers);
  // One clock for a trace: one that is set in between can't put its spans out of order.
  const clock = new AnchoredClock(Date, performance);
  const span = tracer.startSpan(name, { kind: SpanKind.SERVER, startTime: clock.now() }, caller);
  return span.isRecording()
    ? new RecordedSpan(tracer, clock, span)
    : new UnrecordedSpan(writeContext(trace.setSpan(ROOT_CONTEXT, span)));
}

class RecordedSpan implements Span {
  readonly recording = true;
  readonly #tracer: Tracer;
  readonly #clock: AnchoredClock;
  readonly #span: OtelSpan;
  readonly #context: Context;

  constructor(tracer: Tracer, clock: AnchoredClock, span: OtelSpan) {
    this.#tracer = tracer;
    this.#clock = clock;
    this.#span = span;
    this.#context = trace.setSpan(ROOT_CONTEXT, span);
  }

  get headers(): TraceHeaders {
    return writeContext(this.#context);
  }

  child(name: string): Span {
    const options = { kind: SpanKind.CLIENT, startTime: this.#clock.now() };
    return new RecordedSpan(this.#tracer, this.#clock, this.#tracer.startSpan(name, options, this.#context));
  }

  event(name: string): void {
    this.#span.addEvent(name, this.#clock.now());
  }

  end(attributes: Attributes, error?: string): void {
    for (const [name, value] of Object.entries(attributes)) {
      if (value === undefined || (typeof value === "number" && !isPresentable(value))) continue;
      this.#span.setAttribute(name, value);
    }
    if (error !== undefined) this.#span.setStatus({ code: SpanStatusCode.ERROR, message: error });
    this.#span.end(this.#clock.now());
  }
}
