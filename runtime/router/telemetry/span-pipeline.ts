import { setTimeout as sleep } from "node:timers/promises";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import type { IOtlpExportDelegate } from "@opentelemetry/otlp-exporter-base";
import { convertLegacyHttpOptions, createOtlpHttpExportDelegate } from "@opentelemetry/otlp-exporter-base/node-http";
import { failureOfError } from "../providers/failure.ts";
import { SpanBatch, type SpanOrigin } from "./otlp.ts";
import type { EndedSpan } from "./tracer.ts";

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
const batchSpans = 512;
const batchBytes = 1024 * 1024;
const batchMs = 1_000;
/** What waits or is on its way; beyond it spans are dropped. */
const maxHeldBytes = 16 * 1024 * 1024;
const problemEveryMs = 60_000;

/**
 * The way of spans to a collector: batches, and OpenTelemetry's OTLP exporter, with every span that is lost on the way
 * counted. Whatever the collector does, a span that ends is never waited for.
 *
 * The exporter reads OTEL_EXPORTER_OTLP_HEADERS, _TIMEOUT, _COMPRESSION, _CERTIFICATE, _CLIENT_CERTIFICATE and
 * _CLIENT_KEY by itself.
 */
export class SpanPipeline {
  readonly #options: PipelineOptions;
  readonly #host: string;
  readonly #exporter: IOtlpExportDelegate<SpanBatch>;
  /** Still takes spans. */
  #open: SpanBatch | undefined;
  readonly #waiting: SpanBatch[] = [];
  /** Ends the export that is under way; only its first call counts. */
  #underWay: ((result: ExportResult) => void) | undefined;
  #idle: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Of the batches that wait or are on their way. */
  #heldBytes = 0;
  #closed = false;
  #lost = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(options: PipelineOptions) {
    const url = new URL(options.endpoint);
    url.pathname = `${url.pathname.replace(/\/+$/, "")}/v1/traces`;
    this.#options = options;
    this.#host = url.host;
    this.#exporter = createOtlpHttpExportDelegate(
      convertLegacyHttpOptions({ url: url.href }, "TRACES", "v1/traces", { "Content-Type": "application/x-protobuf" }),
      { serializeRequest: (batch: SpanBatch) => batch.finish(), deserializeResponse: () => ({}) },
    );
  }

  add(span: EndedSpan, origin: SpanOrigin): void {
    if (this.#closed) this.#options.onDropped(1, "closed");
    else if (this.#heldBytes + (this.#open?.bytes ?? 0) >= maxHeldBytes) {
      this.#drop(1, "queue_full", "the collector is too slow");
    } else {
      const batch = this.#batchOf(origin);
      batch.add(span);
      if (batch.count >= batchSpans || batch.bytes >= batchBytes) this.#flush();
    }
  }

  /** Sends what waits; resolves after `timeoutMs` at the latest, and drops what is left then. */
  async close({ timeoutMs }: { readonly timeoutMs: number }): Promise<void> {
    this.#closed = true;
    const waited = new AbortController();
    const limit = sleep(timeoutMs, undefined, { signal: waited.signal }).catch(() => {});
    const sent = new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
    this.#flush();
    if (!this.#underWay) this.#idle?.();
    await Promise.race([sent, limit]);
    waited.abort();
    for (const batch of this.#waiting.splice(0)) this.#drop(batch.count, "export_failed", stopping.message);
    this.#underWay?.({ code: ExportResultCode.FAILED, error: stopping });
    await Promise.race([this.#exporter.shutdown(), limit]);
  }

  #batchOf(origin: SpanOrigin): SpanBatch {
    if (this.#open?.origin === origin) return this.#open;
    this.#flush();
    const opened = new SpanBatch(origin);
    this.#open = opened;
    this.#timer = setTimeout(() => this.#flush(), batchMs).unref();
    return opened;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    if (this.#open) {
      this.#heldBytes += this.#open.bytes;
      this.#waiting.push(this.#open);
      this.#open = undefined;
    }
    if (!this.#underWay) this.#sendNext();
  }

  #sendNext(): void {
    const batch = this.#waiting.shift();
    if (!batch) {
      this.#idle?.();
      return;
    }
    const { bytes } = batch;
    const end = ({ code, error }: ExportResult) => {
      if (this.#underWay !== end) return;
      this.#underWay = undefined;
      this.#heldBytes -= bytes;
      if (code === ExportResultCode.SUCCESS) this.#options.onExported(batch.count);
      else this.#drop(batch.count, "export_failed", reasonOf(error));
      this.#sendNext();
    };
    this.#underWay = end;
    this.#exporter.export(batch, end);
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
