import { Counter, Gauge, type Histogram, type Registry } from "prom-client";

export interface CounterSeries {
  /** @param amount 1 where it is left out */
  inc(amount?: number): void;
}

export interface HistogramSeries {
  /** @param value what is not a finite number of at least 0 is left out */
  observe(value: number): void;
}

/** Gives one series of a metric; takes the values of its labels, in their order. */
export type SeriesOf<Series> = (...values: readonly string[]) => Series;

/** No metric has more series, whatever its labels are made of: those beyond it are counted together. */
const maxSeries = 2_000;
const overflow = "other";

/** Finds each series once and keeps it. */
function bounded<Series>(open: SeriesOf<Series>): SeriesOf<Series> {
  const known = new Map<string, Series>();
  return function seriesOf(...values): Series {
    const key = values.join("\n");
    const found = known.get(key);
    if (found) return found;
    if (known.size >= maxSeries && values.some((value) => value !== overflow)) {
      return seriesOf(...values.map(() => overflow));
    }
    const series = open(...values);
    known.set(key, series);
    return series;
  };
}

interface Description {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
}

/** Labels by their names. */
const labelled = (names: readonly string[], values: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""]));

/**
 * A counter whose series are there from the moment that they are asked for, at 0. prom-client finds the series by its
 * labels at each count; here it is found once, and prom-client is told when metrics are asked for.
 */
export function counter(registry: Registry, { name, help, labels }: Description): SeriesOf<CounterSeries> {
  const all: { readonly labels: Record<string, string>; total: number }[] = [];
  new Counter({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
    collect() {
      this.reset();
      for (const series of all) this.inc(series.labels, series.total);
    },
  });
  return bounded((...values) => {
    const series = { labels: labelled(labels, values), total: 0 };
    all.push(series);
    return {
      inc(amount = 1) {
        series.total += amount;
      },
    };
  });
}

/** What a histogram has seen under one set of labels. */
class Distribution implements HistogramSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly #bounds: readonly number[];
  /** Values up to each bound, but for those up to the one before it; the last are beyond all. */
  readonly #counts: number[];
  #sum = 0;

  constructor(labels: Readonly<Record<string, string>>, bounds: readonly number[]) {
    this.labels = labels;
    this.#bounds = bounds;
    this.#counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) return;
    let at = 0;
    while (at < this.#bounds.length && value > (this.#bounds[at] as number)) at++;
    this.#counts[at] = (this.#counts[at] as number) + 1;
    this.#sum += value;
  }

  /** In the form of prom-client's own histograms. */
  *values(name: string) {
    let count = 0;
    for (const [at, own] of this.#counts.entries()) {
      count += own;
      const le = this.#bounds[at] ?? "+Inf";
      yield { metricName: `${name}_bucket`, labels: { le, ...this.labels }, value: count };
    }
    yield { metricName: `${name}_sum`, labels: this.labels, value: this.#sum };
    yield { metricName: `${name}_count`, labels: this.labels, value: count };
  }
}

/** A histogram whose series are there from the moment that they are asked for, empty. */
export function histogram(
  registry: Registry,
  { name, help, labels, buckets }: Description & { readonly buckets: readonly number[] },
): SeriesOf<HistogramSeries> {
  const all: Distribution[] = [];
  const get = async () => ({
    name,
    help,
    type: "histogram",
    aggregator: "sum",
    values: all.flatMap((series) => [...series.values(name)]),
  });
  // All that a registry asks of a metric.
  registry.registerMetric({ name, get } as unknown as Histogram);
  return bounded((...values) => {
    const series = new Distribution(labelled(labels, values), buckets);
    all.push(series);
    return series;
  });
}

/** A counter that is read where it is counted, when metrics are asked for. */
export function readCounter(
  registry: Registry,
  { name, help, labels }: Description,
  read: (seriesOf: SeriesOf<CounterSeries>) => void,
): void {
  new Counter({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
    collect() {
      this.reset();
      read(bounded((...values) => this.labels(...values)));
    },
  });
}

/** A gauge that is read where its values are, when metrics are asked for. */
export function gauge(
  registry: Registry,
  { name, help, labels }: Description,
  read: (seriesOf: SeriesOf<{ set(value: number): void }>) => void,
): void {
  new Gauge({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
    collect() {
      this.reset();
      read(bounded((...values) => this.labels(...values)));
    },
  });
}
