import { ROOT_CONTEXT, type SpanContext, type TextMapGetter, trace } from "@opentelemetry/api";
import { parseTraceParent, W3CTraceContextPropagator } from "@opentelemetry/core";

/** Headers that give a context to whoever is called. */
export interface TraceHeaders {
  readonly traceparent?: string;
  readonly tracestate?: string;
}

/** Headers as Node gives them: names in lower case, values joined where one was repeated. */
export type IncomingHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

const propagator = new W3CTraceContextPropagator();
const none: TraceHeaders = {};

/** Printable ASCII, and no more than the standard obliges anyone to pass on. */
const tracestateForm = /^[\x20-\x7e]{1,512}$/;

/** A header that is a list was sent more than once, which none of these may be. */
const getter: TextMapGetter<IncomingHeaders> = {
  keys: (headers) => Object.keys(headers),
  get(headers, key) {
    const value = headers[key];
    return typeof value === "string" ? value : undefined;
  },
};

/**
 * The caller's context; undefined where there is none or it is malformed, and then a new trace begins.
 *
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function readContext(headers: IncomingHeaders): SpanContext | undefined {
  // Most requests bring none.
  if (headers.traceparent === undefined) return undefined;
  return trace.getSpanContext(propagator.extract(ROOT_CONTEXT, headers, getter));
}

/** @param tracestate the caller's, as it is passed on; a state of which nothing was valid is left behind */
export function writeContext(
  traceId: string,
  spanId: string,
  sampled: boolean,
  tracestate: string | undefined,
): TraceHeaders {
  const traceparent = `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`;
  return tracestate ? { traceparent, tracestate } : { traceparent };
}

/** The caller's context as it came, for whoever does not take part in its trace; nothing where it is malformed. */
export function passedOn({ traceparent, tracestate }: IncomingHeaders): TraceHeaders {
  if (typeof traceparent !== "string" || !parseTraceParent(traceparent)) return none;
  return typeof tracestate === "string" && tracestateForm.test(tracestate)
    ? { traceparent, tracestate }
    : { traceparent };
}
