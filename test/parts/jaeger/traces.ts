/** A trace as Jaeger's query API tells it. */
export interface TraceBody {
  readonly traceID: string;
  readonly spans: readonly SpanBody[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string; readonly tags: readonly Tag[] }>>;
  readonly warnings: readonly string[] | null;
}

interface SpanBody {
  readonly spanID: string;
  readonly operationName: string;
  readonly references: readonly { readonly refType: string; readonly traceID: string; readonly spanID: string }[];
  /** Microseconds. */
  readonly startTime: number;
  readonly tags: readonly Tag[];
  readonly processID: string;
  readonly warnings: readonly string[] | null;
}

interface Tag {
  readonly key: string;
  readonly value: unknown;
}

export interface Span {
  readonly id: string;
  /** Of the same trace; undefined where the trace begins. */
  readonly parent: string | undefined;
  readonly name: string;
  readonly tags: Readonly<Record<string, unknown>>;
  /** Of the process that sent it. */
  readonly service: string;
}

export interface Trace {
  readonly id: string;
  /** In the order of their beginnings. */
  readonly spans: readonly Span[];
  /** What Jaeger has to say against it: of clocks, of parents that it doesn't know, of ids used twice. */
  readonly warnings: readonly string[];
}

export function tracesOf(bodies: readonly TraceBody[]): readonly Trace[] {
  const startOf = ({ spans }: TraceBody) => Math.min(...spans.map(({ startTime }) => startTime));
  return [...bodies].sort((a, b) => startOf(a) - startOf(b)).map(traceOf);
}

function traceOf({ traceID: id, spans, processes, warnings }: TraceBody): Trace {
  return {
    id,
    spans: [...spans]
      .sort((a, b) => a.startTime - b.startTime)
      .map(({ spanID, operationName, references, tags, processID }) => ({
        id: spanID,
        parent: references.find(({ refType, traceID }) => refType === "CHILD_OF" && traceID === id)?.spanID,
        name: operationName,
        tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
        service: processes[processID]?.serviceName ?? "",
      })),
    warnings: [...(warnings ?? []), ...spans.flatMap((span) => span.warnings ?? [])],
  };
}

const ofKind = (kind: string) => (trace: Trace) => trace.spans.filter(({ tags }) => tags["span.kind"] === kind);

/** Of requests that were served. */
export const servers = ofKind("server");
/** Of attempts at upstreams. */
export const clients = ofKind("client");
