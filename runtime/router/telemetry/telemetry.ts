import { randomUUID } from "node:crypto";
import { ROOT_CONTEXT } from "@opentelemetry/api";
import { SamplingDecision, TraceIdRatioBasedSampler } from "@opentelemetry/sdk-trace-base";
import { configHash, type RouterConfig } from "../../config/index.ts";
import { resource, schemaUrl, scopeName, serverSpanName } from "./conventions.ts";
import { RouterMetrics } from "./metrics.ts";
import { spanOrigin } from "./otlp.ts";
import { processMetrics } from "./process-metrics.ts";
import { ServedRequest } from "./request-telemetry.ts";
import { SpanPipeline } from "./span-pipeline.ts";
import { passOn, serverSpan, type Tracer } from "./tracer.ts";
import type { Observed, RequestStart, RequestTelemetry, Telemetry } from "./types.ts";

export interface TelemetryOptions {
  /** The router's own version. */
  readonly version: string;
  /** Told at most once a minute what is wrong with the collector; holds no secret. */
  onProblem(message: string): void;
}

/** Milliseconds in which a collector that is no longer configured gets what it is still owed. */
const retireMs = 5_000;

export function createTelemetry(config: RouterConfig, options: TelemetryOptions): Telemetry {
  return new RouterTelemetry(config, options);
}

class RouterTelemetry implements Telemetry {
  readonly contentType = "text/plain; version=0.0.4; charset=utf-8";
  readonly #options: TelemetryOptions;
  readonly #instanceId = randomUUID();
  readonly #metrics = new RouterMetrics();
  #config: RouterConfig;
  #pipeline: SpanPipeline | undefined;
  #tracer: Tracer | undefined;
  /** Of former configurations, until they are closed. */
  readonly #retired = new Set<SpanPipeline>();

  constructor(config: RouterConfig, options: TelemetryOptions) {
    this.#options = options;
    this.#config = config;
    this.#pipeline = this.#openPipeline();
    this.#configure();
  }

  get contentRecorded(): boolean {
    return this.#config.telemetry.recordContent;
  }

  request(start: RequestStart): RequestTelemetry {
    const { method, route, headers } = start;
    const span = this.#tracer ? serverSpan(this.#tracer, serverSpanName(method, route), headers) : passOn(headers);
    const scheme = this.#config.listen.security.mode === "tls" ? "https" : "http";
    return new ServedRequest({ span, metrics: this.#metrics, start, scheme, contentRecorded: this.contentRecorded });
  }

  observe(sources: Observed): void {
    this.#metrics.observe(sources);
  }

  reloaded(result: "ok" | "refused"): void {
    this.#metrics.configReloads(result).inc();
  }

  reconfigure(config: RouterConfig): void {
    const before = this.#config.telemetry.otlpEndpoint;
    this.#config = config;
    if (config.telemetry.otlpEndpoint !== before) {
      this.#retire();
      this.#pipeline = this.#openPipeline();
    }
    this.#configure();
  }

  async metricsText(): Promise<string> {
    return `${await this.#metrics.text()}\n${await processMetrics().metrics()}`;
  }

  async close(options: { readonly timeoutMs: number }): Promise<void> {
    await Promise.all([this.#pipeline, ...this.#retired].map((pipeline) => pipeline?.close(options)));
  }

  #configure(): void {
    const { telemetry } = this.#config;
    this.#metrics.configure(this.#config, {
      router: this.#config.name,
      version: this.#options.version,
      region: this.#config.region ?? "",
      config: configHash(this.#config),
    });
    this.#tracer = this.#pipeline && this.#openTracer();
    if (telemetry.metrics) processMetrics();
  }

  #retire(): void {
    const pipeline = this.#pipeline;
    if (!pipeline) return;
    this.#retired.add(pipeline);
    void pipeline.close({ timeoutMs: retireMs }).finally(() => this.#retired.delete(pipeline));
  }

  #openPipeline(): SpanPipeline | undefined {
    const endpoint = this.#config.telemetry.otlpEndpoint;
    if (endpoint === undefined) return undefined;
    return new SpanPipeline({
      endpoint,
      onExported: (spans) => this.#metrics.spansExported().inc(spans),
      onDropped: (spans, reason) => this.#metrics.spansDropped(reason).inc(spans),
      onProblem: this.#options.onProblem,
    });
  }

  /** One for each configuration: a request keeps the tracer that it began with, and so says what was in force then. */
  #openTracer(): Tracer {
    const config = this.#config;
    const { version } = this.#options;
    const origin = spanOrigin({
      resource: {
        [resource.serviceName]: "hybrid-llm-router",
        [resource.serviceVersion]: version,
        [resource.serviceInstanceId]: this.#instanceId,
        [resource.routerName]: config.name,
        [resource.region]: config.region,
        [resource.configHash]: configHash(config),
      },
      scope: { name: scopeName, version },
      schemaUrl,
    });
    const sampler = new TraceIdRatioBasedSampler(config.telemetry.sampleRatio);
    return {
      samples: (traceId) =>
        sampler.shouldSample(ROOT_CONTEXT, traceId).decision === SamplingDecision.RECORD_AND_SAMPLED,
      // Looked up at each span: one that began before a change of the collector goes to the new one.
      ended: (span) => this.#pipeline?.add(span, origin),
    };
  }
}
