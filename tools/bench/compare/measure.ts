import { setTimeout as sleep } from "node:timers/promises";
import type { Kind } from "../conversation.ts";
import { cpuMsOf } from "../proc.ts";
import type { Setting } from "../setting.ts";
import type { System } from "../systems/index.ts";

/** One way of asking: every system is asked so in every round. */
export interface Case {
  readonly kind: Kind;
  readonly connections: number;
  /**
   * Each connection pauses at random before it asks again, so that nothing queues: what is added then is the system's
   * own time. Without it the connections keep a system as busy as it can be.
   */
  readonly paced: boolean;
}

/** `JSON, 16 connections`. */
export function caseName({ kind, connections, paced }: Case): string {
  return `${kind.toUpperCase()}, ${connections} ${connections === 1 ? "connection" : "connections"}${paced ? " with pauses" : ""}`;
}

/** One system in one case of one round. */
export interface Sample {
  readonly case: Case;
  readonly system: string;
  readonly round: number;
  readonly requests: number;
  /** CPU time of a request, in microseconds: of the system, of the fake provider, of the load generator. */
  readonly cpuUs: number;
  readonly upstreamCpuUs: number;
  readonly loadCpuUs: number;
  readonly perSecond: number;
  /** Milliseconds; see `AskResult`. */
  readonly p50: number;
  readonly p99: number;
  readonly firstP50: number;
  readonly firstP99: number;
  readonly failure?: string;
}

/** How long, and how many answers at least; the slowest peer needs many seconds for them. */
export interface Extent {
  readonly seconds: number;
  readonly atLeast: number;
}

const meanPauseMs = 50;
const longestSeconds = 120;

/** Asks one system in one way and reads what it used. */
export async function measure(
  { load, upstream }: Setting,
  system: System,
  way: Case,
  round: number,
  extent: Extent,
  stop: AbortSignal,
): Promise<Sample> {
  const used = await cpuWhenQuiet(system.child.pid);
  const usedUpstream = cpuMsOf(upstream.child.pid);
  const result = await load.ask(
    {
      target: system.target,
      kinds: [way.kind],
      connections: way.connections,
      pauseMs: way.paced ? meanPauseMs : 0,
      ...extent,
      longestSeconds,
    },
    stop,
  );
  // What a request leaves to be done later (its trace, its log line) is part of its cost.
  const cpuMs = (await cpuWhenQuiet(system.child.pid)) - used;
  const perRequestUs = (ms: number) => (1000 * ms) / result.requests;
  return {
    case: way,
    system: system.name,
    round,
    requests: result.requests,
    cpuUs: perRequestUs(cpuMs),
    upstreamCpuUs: perRequestUs(cpuMsOf(upstream.child.pid) - usedUpstream),
    loadCpuUs: perRequestUs(result.cpuMs),
    perSecond: (1000 * result.requests) / result.elapsedMs,
    p50: result.whole.p50,
    p99: result.whole.p99,
    firstP50: result.first.p50,
    firstP99: result.first.p99,
    ...(result.failure === undefined ? {} : { failure: result.failure }),
  };
}

/** Waits until a process has used nothing for a moment, a second at most; its CPU time then, in milliseconds. */
async function cpuWhenQuiet(pid: number): Promise<number> {
  let last = cpuMsOf(pid);
  for (let turn = 0; turn < 10; turn++) {
    await sleep(100);
    const now = cpuMsOf(pid);
    if (now === last) break;
    last = now;
  }
  return last;
}
