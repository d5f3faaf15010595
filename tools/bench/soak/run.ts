import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Progress } from "../../engine/index.ts";
import { cpuMsOf } from "../proc.ts";
import { withSetting } from "../setting.ts";
import { startRouter } from "../systems/index.ts";
import type { MemoryPoint } from "./trend.ts";

export interface SoakOptions {
  readonly requests: number;
  readonly connections: number;
}

/** A long run: as many JSON answers as streams. */
export interface SoakResult {
  readonly requests: number;
  readonly elapsedMs: number;
  /** CPU time of a request in the router, microseconds; collecting garbage for each sample is part of it. */
  readonly cpuUs: number;
  readonly memory: readonly MemoryPoint[];
  readonly failure?: string;
}

const sampleMs = 2_000;
const day = 86_400;

/** Sends an hour's worth of requests through one router process and watches its memory. */
export function soak(
  { requests, connections }: SoakOptions,
  progress: Progress,
  stop: AbortSignal,
): Promise<SoakResult> {
  return withSetting([], async ({ place, load }) => {
    const memoryFile = join(place.folder, "memory.jsonl");
    const { child, target } = await startRouter(place, {
      nodeArgs: ["--expose-gc", "--import", join(import.meta.dirname, "memory-probe.ts")],
      environment: { BENCH_MEMORY_FILE: memoryFile, BENCH_MEMORY_MS: String(sampleMs) },
    });
    const cpuBefore = cpuMsOf(child.pid);
    const counts: { at: number; requests: number }[] = [];
    const result = await load.ask(
      { target, kinds: ["json", "sse"], connections, pauseMs: 0, seconds: 0, atLeast: requests, longestSeconds: day },
      stop,
      (done) => {
        counts.push({ at: Date.now(), requests: done });
        progress.update(`${done} of ${requests} requests`);
        child.trimLog();
      },
    );
    return {
      requests: result.requests,
      elapsedMs: result.elapsedMs,
      cpuUs: (1000 * (cpuMsOf(child.pid) - cpuBefore)) / result.requests,
      memory: readMemory(memoryFile, counts),
      ...(result.failure === undefined ? {} : { failure: result.failure }),
    };
  });
}

/** The router's own samples, each with the requests that were answered by then. */
function readMemory(file: string, counts: readonly { at: number; requests: number }[]): MemoryPoint[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").trim().split("\n");
  return lines.flatMap((line) => {
    const { at, rss, heap } = JSON.parse(line) as { at: number; rss: number; heap: number };
    const count = counts.findLast((each) => each.at <= at);
    return count === undefined ? [] : [{ requests: count.requests, rss, heap }];
  });
}
