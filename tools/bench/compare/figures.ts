import { cpus } from "node:os";
import { addedFirstToken } from "./report.ts";
import { connectionsOfRatios, ratiosOf, rowsOf } from "./results.ts";
import type { Measurements } from "./run.ts";

/** Every figure of a run, as it is written to a file. Times of CPU in microseconds, of waiting in milliseconds. */
export function figuresOf({ samples, memory, peers, leftOut, traces, loadBefore, stopped }: Measurements): object {
  const rows = rowsOf(samples);
  const ratios = ratiosOf(samples);
  return {
    date: new Date().toISOString(),
    machine: { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version, load_before: loadBefore },
    rounds: new Set(samples.map(({ round }) => round)).size,
    stopped_early: stopped,
    ratios_at_connections: connectionsOfRatios(samples),
    ratios: Object.fromEntries(ratios.map(({ name, spread }) => [name, spread.median])),
    ratio_spreads: Object.fromEntries(ratios.map(({ name, spread }) => [name, spread])),
    added_first_token_ms: addedFirstToken(rows),
    memory_bytes: Object.fromEntries(
      Object.entries(memory).map(([system, { rss, peakRss }]) => [system, { rss, peak_rss: peakRss }]),
    ),
    traces,
    peers,
    left_out: leftOut,
    cells: rows.map((row) => ({
      ...row.case,
      system: row.system,
      requests: row.requests,
      cpu_us: row.cpuUs,
      upstream_cpu_us: row.upstreamCpuUs,
      load_cpu_us: row.loadCpuUs,
      requests_per_second: row.perSecond,
      p50_ms: row.p50,
      p99_ms: row.p99,
      first_byte_p50_ms: row.firstP50,
      added_p50_ms: row.added.p50,
      added_p99_ms: row.added.p99,
      added_first_byte_p50_ms: row.added.firstP50,
      ...(row.failure === undefined ? {} : { failure: row.failure }),
    })),
    samples: samples.map((sample) => ({
      ...sample.case,
      system: sample.system,
      round: sample.round,
      requests: sample.requests,
      cpu_us: sample.cpuUs,
      upstream_cpu_us: sample.upstreamCpuUs,
      load_cpu_us: sample.loadCpuUs,
      requests_per_second: sample.perSecond,
      p50_ms: sample.p50,
      p99_ms: sample.p99,
      first_byte_p50_ms: sample.firstP50,
      first_byte_p99_ms: sample.firstP99,
      ...(sample.failure === undefined ? {} : { failure: sample.failure }),
    })),
  };
}
