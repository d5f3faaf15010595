import { align, megabytes } from "../table.ts";
import type { SoakResult } from "./run.ts";
import { flatRise, type MemoryPoint, type Trend, trendOf } from "./trend.ts";

const shownRows = 10;
const measures = [
  ["RSS", (point: MemoryPoint) => point.rss],
  ["heap", (point: MemoryPoint) => point.heap],
] as const;

/** The trend of each kind of memory. */
export function trendsOf({ memory }: SoakResult): Record<string, Trend> {
  return Object.fromEntries(measures.map(([name, value]) => [name, trendOf(memory, value)]));
}

/** The tables for a terminal. */
export function soakReport(result: SoakResult): string {
  const { requests, elapsedMs, cpuUs, memory, failure } = result;
  const every = Math.max(1, Math.ceil(memory.length / shownRows));
  const shown = memory.filter((_, index) => index % every === 0 || index === memory.length - 1);
  const trends = Object.entries(trendsOf(result)).map(([name, { verdict, rise, bytesPerRequest }]) =>
    verdict === "too short to tell"
      ? `${name}: too short to tell`
      : `${name}: ${verdict}: ${(100 * rise).toFixed(1)} % over the second half, ${bytesPerRequest.toFixed(1)} bytes a request (flat is at most ${100 * flatRise} %)`,
  );
  return [
    `${requests} requests in ${Math.round(elapsedMs / 1000)} s, ${Math.round((1000 * requests) / elapsedMs)} a second, ${Math.round(cpuUs)} µs of CPU each`,
    align([
      ["Requests", "RSS MB", "heap after collection MB"],
      ...shown.map((point) => [String(point.requests), megabytes(point.rss), megabytes(point.heap)]),
    ]),
    trends.join("\n"),
    ...(failure === undefined ? [] : [`FAILED: ${failure}`]),
  ].join("\n\n");
}
