import type { Progress } from "../../engine/index.ts";
import { asJson, type Output, say, writeResult } from "../output.ts";
import { align, megabytes } from "../table.ts";
import { holdStreams, type StreamsOptions } from "./run.ts";

/**
 * The benchmark of many open streams, told on standard output.
 *
 * @returns the exit code: 1 if a stream was lost, or they were not all open at once
 */
export async function benchStreams(
  options: StreamsOptions & Output,
  progress: Progress,
  stop: AbortSignal,
): Promise<number> {
  const result = await holdStreams(options, progress, stop);
  const { streams, seconds, json } = options;
  say(
    align([
      [`${streams} streams of ${seconds} s`, ""],
      ["  most open at once", String(result.mostOpen)],
      ["  complete", String(result.complete)],
      ["  lost", String(result.lost)],
      ["  RSS before, MB", megabytes(result.idleRss)],
      ["  RSS while all were open, MB", megabytes(result.openRss)],
      ["  RSS at its peak, MB", megabytes(result.peakRss)],
      ["  memory a stream, KB", (result.bytesPerStream / 1024).toFixed(1)],
      ["  CPU a second while all were open, ms", result.cpuMsPerSecond.toFixed(0)],
    ]),
  );
  if (result.failure !== undefined) say(`Why the first one was lost: ${result.failure}`);
  if (json !== undefined) writeResult(json, asJson({ ...options, ...result }));
  return result.lost === 0 && result.mostOpen === streams ? 0 : 1;
}
