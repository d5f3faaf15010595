import { Registry } from "prom-client";
import type { BackendName, RouterConfig } from "../../config/index.ts";
import { buckets, label, metric, providerNames } from "./conventions.ts";
import { addMoneyMetrics } from "./money-metrics.ts";
import { type CounterSeries, counter, gauge, type HistogramSeries, histogram, type SeriesOf } from "./series.ts";
import type { AttemptOutcome, Observed, Operation } from "./types.ts";

const target = ["backend", "model"];
const genAi = [label.operation, label.provider, label.requestModel];
const breakerStates = ["closed", "half_open", "open"];

/** Told of a model that neither the configuration nor its backend knows. */
const otherModel = "other";

/** What was measured of the attempts at one model, found once and kept. */
export interface AttemptSeries {
  readonly outcomes: Readonly<Record<AttemptOutcome, CounterSeries>>;
  readonly retries: CounterSeries;
  readonly duration: HistogramSeries;
  failedDuration(errorType: string): HistogramSeries;
  readonly timeToFirstChunk: HistogramSeries;
  readonly inputTokens: HistogramSeries;
  readonly outputTokens: HistogramSeries;
}

/** What a router says of itself. */
export type RouterInfo = Readonly<Record<"router" | "version" | "region" | "config", string>>;

/** Every metric of one router. */
export class RouterMetrics {
  requestsActive = 0;
  streamsOpen = 0;
  readonly #registry = new Registry();
  readonly requests = this.#counter(metric.requests, "Requests that were answered.", ["route", "status", "wire"]);
  readonly requestDuration = this.#seconds(metric.requestDuration, "Time to the end of the response.", ["route"]);
  readonly rejected = this.#counter(metric.requestsRejected, "Requests that were refused, by the error's code.", [
    "code",
  ]);
  readonly #attempts = this.#counter(metric.attempts, "Attempts at upstreams.", [...target, "outcome"]);
  readonly #retries = this.#counter(metric.retries, "Further attempts at the same target.", target);
  readonly failovers = this.#counter(metric.failovers, "Attempts in place of another target.", ["from", "to"]);
  readonly continuations = this.#counter(metric.continuations, "Answers that broke off and went on elsewhere.", [
    "from",
    "to",
  ]);
  readonly #duration = this.#seconds(metric.operationDuration, "GenAI operation duration.", [
    ...genAi,
    label.errorType,
  ]);
  readonly #timeToFirstChunk = this.#seconds(metric.timeToFirstChunk, "Time to receive the first chunk.", genAi);
  readonly #tokens = histogram(this.#registry, {
    name: metric.tokenUsage,
    help: "Number of input and output tokens used.",
    labels: [...genAi, label.tokenType],
    buckets: buckets.tokens,
  });
  readonly cached = this.#counter(metric.cacheRequests, "Requests that the response cache was asked for.", ["result"]);
  readonly cacheSaved = this.#counter(
    metric.cacheSaved,
    "What answers had cost that were given again; US dollars.",
    [],
  );
  readonly configReloads = this.#counter(metric.configReloads, "New configurations, by what became of them.", [
    "result",
  ]);
  readonly spansExported = this.#counter(metric.spansExported, "Spans that a collector took.", []);
  readonly spansDropped = this.#counter(metric.spansDropped, "Spans that were lost.", ["reason"]);
  readonly #series = new Map<string, AttemptSeries>();
  #configured: ReadonlySet<string> = new Set();
  #observed: Observed = {};
  #info: RouterInfo | undefined;

  constructor() {
    this.#addGauges();
    addMoneyMetrics(
      this.#registry,
      () => this.#observed,
      (backend, model) => this.#isKnown(backend as BackendName, model),
    );
  }

  /** Models of this configuration are told by their names. */
  configure(config: RouterConfig, info: RouterInfo): void {
    this.#configured = new Set(configuredModels(config));
    this.#info = info;
  }

  observe(sources: Observed): void {
    this.#observed = { ...this.#observed, ...sources };
  }

  attempt(operation: Operation, backend: BackendName, model: string): AttemptSeries {
    const key = `${operation} ${backend}/${model}`;
    const known = this.#series.get(key);
    if (known) return known;
    if (model !== otherModel && !this.#isKnown(backend, model)) return this.attempt(operation, backend, otherModel);
    const series = this.#attemptSeries(operation, backend, model);
    this.#series.set(key, series);
    return series;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #attemptSeries(operation: Operation, backend: BackendName, model: string): AttemptSeries {
    const labels = [operation, providerNames[backend], model];
    const outcome = (name: AttemptOutcome) => this.#attempts(backend, model, name);
    return {
      outcomes: {
        answered: outcome("answered"),
        failed: outcome("failed"),
        rejected: outcome("rejected"),
        client_gone: outcome("client_gone"),
        broken_off: outcome("broken_off"),
      },
      retries: this.#retries(backend, model),
      duration: this.#duration(...labels, ""),
      failedDuration: (errorType) => this.#duration(...labels, errorType),
      timeToFirstChunk: this.#timeToFirstChunk(...labels),
      inputTokens: this.#tokens(...labels, "input"),
      outputTokens: this.#tokens(...labels, "output"),
    };
  }

  #isKnown(backend: BackendName, model: string): boolean {
    return this.#configured.has(`${backend}/${model}`) || (this.#observed.models?.(backend).includes(model) ?? false);
  }

  #counter(name: string, help: string, labels: readonly string[]): SeriesOf<CounterSeries> {
    return counter(this.#registry, { name, help, labels });
  }

  #seconds(name: string, help: string, labels: readonly string[]): SeriesOf<HistogramSeries> {
    return histogram(this.#registry, { name, help, labels, buckets: buckets.seconds });
  }

  /** What is not counted here but read where it is. */
  #addGauges(): void {
    const add = (name: string, help: string, labels: readonly string[], read: Parameters<typeof gauge>[2]) =>
      gauge(this.#registry, { name, help, labels }, read);
    add(metric.info, "1, with what this router is.", ["router", "version", "region", "config"], (seriesOf) => {
      const info = this.#info;
      if (info) seriesOf(info.router, info.version, info.region, info.config).set(1);
    });
    add(metric.requestsActive, "Requests that are being answered.", [], (seriesOf) =>
      seriesOf().set(this.requestsActive),
    );
    add(metric.streamsOpen, "Streams that are being sent.", [], (seriesOf) => seriesOf().set(this.streamsOpen));
    const stateLabels = [...target, "state"];
    add(metric.breakerState, "1 for the state that the circuit breaker is in.", stateLabels, (seriesOf) => {
      for (const { backend, model, state } of this.#observed.breakers?.() ?? []) {
        for (const each of breakerStates) seriesOf(backend, model, each).set(each === state ? 1 : 0);
      }
    });
    add(metric.predictiveAverage, "Average of the last response times.", target, (seriesOf) => {
      for (const { backend, model, averageMs } of this.#observed.predictive?.() ?? []) {
        if (averageMs !== undefined) seriesOf(backend, model).set(averageMs / 1_000);
      }
    });
    add(metric.predictiveSlow, "1 while requests go elsewhere because it is slow.", target, (seriesOf) => {
      for (const { backend, model, slow } of this.#observed.predictive?.() ?? []) {
        seriesOf(backend, model).set(slow ? 1 : 0);
      }
    });
  }
}

/** `<backend>/<model>` of every model that a configuration names. */
function configuredModels({ backends, arbitrage, predictive, embeddings }: RouterConfig): string[] {
  const ofBackends = Object.entries(backends).flatMap(([name, { defaultModel, models, triton }]) =>
    [defaultModel ?? [], models, Object.keys(triton?.models ?? {})].flat().map((model) => `${name}/${model}`),
  );
  return [...ofBackends, ...Object.values(arbitrage.tiers), predictive.switchTo, embeddings.model ?? []].flat();
}
