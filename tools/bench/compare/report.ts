import { cpus } from "node:os";
import type { Spread } from "../statistics.ts";
import { align, megabytes } from "../table.ts";
import { caseName } from "./measure.ts";
import { type Ratio, type Row, ratiosOf, rowsOf } from "./results.ts";
import type { Measurements } from "./run.ts";

/** What the project promises of a figure, by its name. */
const targets: Readonly<Record<string, { readonly atMost: number } | { readonly atLeast: number }>> = {
  json_cpu_vs_bare: { atMost: 2.2 },
  sse_cpu_vs_bare: { atMost: 2 },
  json_portkey_vs_ours: { atLeast: 5 },
  sse_portkey_vs_ours: { atLeast: 5 },
  json_litellm_vs_ours: { atLeast: 40 },
  sse_litellm_vs_ours: { atLeast: 40 },
  added_first_token_ms: { atMost: 1.5 },
};

const columns = [
  ["CPU µs/request", (row: Row) => spread(row.cpuUs, 0)],
  ["requests/s", (row: Row) => row.perSecond.median.toFixed(0)],
  ["p50 ms", (row: Row) => row.p50.median.toFixed(2)],
  ["p99 ms", (row: Row) => row.p99.median.toFixed(2)],
  ["added p50", (row: Row) => added(row, row.added.p50)],
  ["added p99", (row: Row) => added(row, row.added.p99)],
  ["added first byte", (row: Row) => added(row, row.added.firstP50)],
] as const;

/** The tables for a terminal. */
export function report(measurements: Measurements): string {
  const rows = rowsOf(measurements.samples);
  const cases = Map.groupBy(rows, (row) => caseName(row.case));
  return [
    ...[...cases].map(([name, group]) => table(name, group)),
    memoryTable(measurements),
    ratioTable(rows, ratiosOf(measurements.samples)),
    machine(measurements),
    ...measurements.leftOut.map(({ system, why }) => `Left out: ${system}: ${why.split("\n", 1)[0]}`),
  ].join("\n\n");
}

function table(name: string, rows: readonly Row[]): string {
  const failed = rows.flatMap(({ system, failure }) =>
    failure === undefined ? [] : [`  ${system} FAILED: ${failure}`],
  );
  const lines = rows
    .filter(({ failure }) => failure === undefined)
    .toSorted(byCost)
    .map((row) => [`  ${row.system}`, ...columns.map(([, cell]) => cell(row))]);
  return [align([[name, ...columns.map(([title]) => title)], ...lines]), ...failed].join("\n");
}

const byCost = (a: Row, b: Row): number => a.cpuUs.median - b.cpuUs.median;

function memoryTable({ memory, traces }: Measurements): string {
  const lines = Object.entries(memory).map(([system, { rss, peakRss }]) => [
    `  ${system}`,
    megabytes(rss),
    megabytes(peakRss),
  ]);
  const traced =
    traces.exports === 0
      ? "No trace reached the collector: ours ran without tracing."
      : `Traces that reached the collector: ${megabytes(traces.bytes)} MB in ${traces.exports} exports.`;
  return `${align([["Memory after all rounds", "RSS MB", "peak MB"], ...lines])}\n${traced}`;
}

function ratioTable(rows: readonly Row[], ratios: readonly Ratio[]): string {
  const first = addedFirstToken(rows);
  return align([
    ["Median of the rounds (from, to)", "", "target"],
    ...ratios.map(({ name, says, spread: value }) => [`  ${says}`, spread(value, 2), verdict(name, value.median)]),
    ...(first
      ? [
          [
            "  ms added to the first token, with pauses",
            spread(first, 2),
            verdict("added_first_token_ms", first.median),
          ],
        ]
      : []),
  ]);
}

function machine({ loadBefore, peers }: Measurements): string {
  const cores = cpus().length;
  const busy = loadBefore > cores / 4 ? ": it was busy, so times and rates say little" : "";
  return [
    `${cores} cores, Node ${process.version}, load average before the run ${loadBefore.toFixed(1)}${busy}.`,
    ...Object.entries(peers).map(([name, version]) => `${name} ${version}`),
  ].join("\n");
}

/** What our router adds to the time to the first token while nothing queues. */
export function addedFirstToken(rows: readonly Row[]): Spread | undefined {
  return rows.find(
    (row) => row.system === "ours" && row.case.kind === "sse" && row.case.paced && row.failure === undefined,
  )?.added.firstP50;
}

function verdict(name: string, value: number): string {
  const target = targets[name];
  if (target === undefined) return "";
  if ("atMost" in target) return `at most ${target.atMost}: ${value <= target.atMost ? "met" : "missed"}`;
  return `at least ${target.atLeast}: ${value >= target.atLeast ? "met" : "missed"}`;
}

function added(row: Row, value: Spread): string {
  return row.system === "direct" ? "" : value.median.toFixed(2);
}

function spread({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}
