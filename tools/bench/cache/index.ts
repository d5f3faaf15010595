import type { Progress } from "../../engine/index.ts";
import { asJson, type Output, say, writeResult } from "../output.ts";
import { median } from "../statistics.ts";
import { align } from "../table.ts";
import { type CacheOptions, measureCache } from "./run.ts";

/** What the response cache costs a request of which it keeps the answer, and one that it answers. */
export async function benchCache(
  options: CacheOptions & Output,
  progress: Progress,
  stop: AbortSignal,
): Promise<number> {
  const samples = await measureCache(options, progress, stop);
  const failed = samples.find(({ failure }) => failure !== undefined);
  const systems = [...new Set(samples.map(({ system }) => system))];
  const cpuOf = (system: string, kind: string): string => {
    const own = samples.filter((sample) => sample.system === system && sample.case.kind === kind);
    return median(own.map(({ cpuUs }) => cpuUs)).toFixed(0);
  };
  say(
    align([
      ["CPU a request of the router, µs", "JSON", "SSE"],
      ...systems.map((system) => [`  ${system}`, cpuOf(system, "json"), cpuOf(system, "sse")]),
    ]),
  );
  if (failed) say(`Why one failed: ${failed.system}: ${failed.failure}`);
  if (options.json !== undefined) writeResult(options.json, asJson({ ...options, samples }));
  return failed ? 1 : 0;
}
