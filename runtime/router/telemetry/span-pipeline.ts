import { setTimeout as sleep } from "node:timers/promises";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { BatchSpanProcessor, type ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { failureOfError } from "../providers/failure.ts";
import { attribute } from "./conventions.ts";

export type DropReason = "queue_full" | "export_failed" | "closed";

export interface PipelineOptions {
  /** The collector's URL, without /v1/traces. */
  readonly endpoint: string;
  onExported(spans: number): void;
  onDropped(spans: number, reason: DropReason): void;
  /** Told at most once a minute that spans were lost, and why; never holds what a span or the collector says. */
  onProblem(message: string): void;
}

/** A full batch is sent at once, another one so many milliseconds after its first span. */
const batchSpans = 256;
const batchMs = 1_000;
/** Bytes of memory that a span takes beside recorded contents, about. */
const spanBytes = 4_096;
/** What waits or is on its way; beyond it spans are dropped. */
const maxHeldBytes = 16 * 1024 * 1024;
const problemEveryMs = 60_000;

/**
 * The way of spans to a collector: OpenTelemetry's batches and its OTLP exporter, with every span that is lost on the
 * way counted. Whatever the collector does, a span that ends is never waited for.
 *
 * The exporter reads OTEL_EXPORTER_OTLP_HEADERS, _TIMEOUT, _COMPRESSION, _CERTIFICATE, _CLIENT_CERTIFICATE and
 * _CLIENT_KEY by itself.
 */
export class SpanPipeline {
  readonly #options: PipelineOptions;
  readonly #host: string;
  readonly #exporter: OTLPTraceExporter;
  readonly #batches: BatchSpanProcessor;
  /** Each ends one export that is under way; only its first call counts. */
  readonly #underWay = new Set<(result: ExportResult) => void>();
  #heldBytes = 0;
  #closed = false;
  #lost = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(options: PipelineOptions) {
    const url = new URL(options.endpoint);
    url.pathname = `${url.pathname.replace(/\/+$/, "")}/v1/traces`;
    this.#options = options;
    this.#host = url.host;
    this.#exporter = new OTLPTraceExporter({ url: url.href });
    const counted = {
      export: (spans: ReadableSpan[], done: (result: ExportResult) => void) => this.#export(spans, done),
      shutdown: () => this.#exporter.shutdown(),
    };
    this.#batches = new BatchSpanProcessor(counted, {
      maxExportBatchSize: batchSpans,
      scheduledDelayMillis: batchMs,
      // Never reached: what is held is bounded here, by its size.
      maxQueueSize: maxHeldBytes / spanBytes + 1,
    });
  }

  add(span: ReadableSpan): void {
    if (this.#closed) this.#options.onDropped(1, "closed");
    else if (this.#heldBytes >= maxHeldBytes) this.#drop(1, "queue_full", "the collector is too slow");
    else {
      this.#heldBytes += sizeOf(span);
      this.#batches.onEnd(span);
    }
  }

  /** Sends what waits; resolves after `timeoutMs` at the latest, and drops what is left then. */
  async close({ timeoutMs }: { readonly timeoutMs: number }): Promise<void> {
    this.#closed = true;
    const waited = new AbortController();
    const limit = sleep(timeoutMs, undefined, { signal: waited.signal }).catch(() => {});
    // Where one batch fails, the processor does not wait for the others.
    const sent = this.#batches
      .shutdown()
      .catch(() => {})
      .then(() => this.#exporter.forceFlush());
    await Promise.race([sent, limit]);
    waited.abort();
    for (const end of this.#underWay) end({ code: ExportResultCode.FAILED, error: stopping });
  }

  #export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    const end = ({ code, error }: ExportResult) => {
      if (!this.#underWay.delete(end)) return;
      for (const span of spans) this.#heldBytes -= sizeOf(span);
      if (code === ExportResultCode.SUCCESS) this.#options.onExported(spans.length);
      else this.#drop(spans.length, "export_failed", reasonOf(error));
      // Not the error: it holds what the collector says.
      done({ code });
    };
    this.#underWay.add(end);
    this.#exporter.export(spans, end);
  }

  #drop(spans: number, reason: DropReason, why: string): void {
    this.#options.onDropped(spans, reason);
    this.#lost += spans;
    const now = performance.now();
    if (now - this.#toldAt < problemEveryMs) return;
    this.#toldAt = now;
    this.#options.onProblem(
      `spans are lost on the way to the collector at ${this.#host}: ${why}; ${this.#lost} so far`,
    );
  }
}

const stopping = new Error("the router is stopping");

/** What the exporter says where it has no code, in our words. */
const exporterSays: Readonly<Record<string, string>> = {
  "Export failed with retryable status": "it asks to be tried again later",
  "Request timed out": "no answer in time",
};

/** The exporter's error without the collector's words, which its message may be. */
function reasonOf(error: Error | undefined): string {
  if (error === stopping) return stopping.message;
  const code = error && "code" in error ? error.code : undefined;
  if (typeof code === "number") return `HTTP ${code}`;
  if (code !== undefined) return failureOfError(error).message;
  return exporterSays[error?.message ?? ""] ?? "it did not take them";
}

/** Bytes, about. */
function sizeOf({ attributes }: ReadableSpan): number {
  return spanBytes + lengthOf(attributes[attribute.inputMessages]) + lengthOf(attributes[attribute.outputMessages]);
}

const lengthOf = (value: unknown): number => (typeof value === "string" ? value.length : 0);
