import { Counter, Gauge, Histogram, type Registry } from "prom-client";

export interface CounterSeries {
  inc(): void;
  inc(amount: number): void;
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

/** A counter whose series are there from the moment that they are asked for, at 0. */
export function counter(registry: Registry, { name, help, labels }: Description): SeriesOf<CounterSeries> {
  const made = new Counter({ name, help, labelNames: [...labels], registers: [registry] });
  return bounded((...values) => {
    const series = made.labels(...values);
    series.inc(0);
    return series;
  });
}

/** A histogram whose series are there from the moment that they are asked for, empty. */
export function histogram(
  registry: Registry,
  { name, help, labels, buckets }: Description & { readonly buckets: readonly number[] },
): SeriesOf<HistogramSeries> {
  const made = new Histogram({ name, help, labelNames: [...labels], buckets: [...buckets], registers: [registry] });
  return bounded((...values) => {
    made.zero(Object.fromEntries(labels.map((label, index) => [label, values[index] ?? ""])));
    const series = made.labels(...values);
    return {
      observe(value) {
        // prom-client throws for some of these.
        if (value >= 0 && value < Number.POSITIVE_INFINITY) series.observe(value);
      },
    };
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
