import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure } from "../engine/index.ts";
import { stopChildren } from "./child.ts";
import { Load } from "./load/index.ts";
import { type Server, startServer } from "./servers/index.ts";
import { fakeBearer, fakeModel, type Place, type System } from "./systems/index.ts";

/** What every benchmark needs around the systems that it measures. */
export interface Setting {
  readonly place: Place;
  readonly upstream: Server;
  /** The fake provider, asked without anything in between. */
  readonly direct: System;
  readonly load: Load;
  /** What the collector of traces has got. */
  traces(): Promise<{ readonly exports: number; readonly bytes: number }>;
}

/**
 * Starts the fake provider, the collector and the load generator in a folder of the run, does the work, and stops
 * everything that was started for it. The folder, with all logs, is kept where the work fails.
 *
 * @param upstreamArgs see servers/upstream.ts
 */
export async function withSetting<Result>(
  upstreamArgs: readonly string[],
  work: (setting: Setting) => Promise<Result>,
): Promise<Result> {
  if (process.platform !== "linux") {
    throw new Failure("Benchmarks read CPU time and memory from /proc, which only Linux has.");
  }
  const folder = mkdtempSync(join(tmpdir(), "hybrid-llm-bench-"));
  try {
    const result = await work(await prepare(folder, upstreamArgs));
    await stopChildren();
    rmSync(folder, { recursive: true, force: true });
    return result;
  } finally {
    await stopChildren();
  }
}

async function prepare(folder: string, upstreamArgs: readonly string[]): Promise<Setting> {
  const upstream = await startServer("upstream", folder, upstreamArgs);
  const collector = await startServer("collector", folder);
  return {
    place: { folder, upstreamPort: upstream.port, collectorPort: collector.port },
    upstream,
    direct: {
      name: "direct",
      child: upstream.child,
      target: { port: upstream.port, model: fakeModel, headers: fakeBearer },
    },
    load: new Load(folder),
    async traces() {
      const response = await fetch(`http://127.0.0.1:${collector.port}/`);
      return (await response.json()) as { exports: number; bytes: number };
    },
  };
}
