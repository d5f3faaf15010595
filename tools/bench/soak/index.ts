import type { Progress } from "../../engine/index.ts";
import { asJson, type Output, say, writeResult } from "../output.ts";
import { soakChart } from "./chart.ts";
import { soakReport, trendsOf } from "./report.ts";
import { type SoakOptions, soak } from "./run.ts";

/**
 * The benchmark of memory over many requests, told on standard output.
 *
 * @returns the exit code: 1 if memory grows, or an answer was wrong
 */
export async function benchSoak(options: SoakOptions & Output, progress: Progress, stop: AbortSignal): Promise<number> {
  const result = await soak(options, progress, stop);
  const trends = trendsOf(result);
  say(soakReport(result));
  if (options.chart !== undefined) writeResult(options.chart, soakChart(result));
  if (options.json !== undefined) writeResult(options.json, asJson({ ...result, trends }));
  const growing = Object.values(trends).some(({ verdict }) => verdict === "growing");
  return growing || result.failure !== undefined ? 1 : 0;
}
