import { randomInt } from "node:crypto";
import { loadavg } from "node:os";
import { Failure, type Progress } from "../../engine/index.ts";
import type { Kind } from "../conversation.ts";
import { type Memory, memoryOf } from "../proc.ts";
import { type Setting, withSetting } from "../setting.ts";
import {
  ensurePeer,
  type Peer,
  type Place,
  type RouterOptions,
  type System,
  startBare,
  startRouter,
} from "../systems/index.ts";
import { type Case, caseName, measure, type Sample } from "./measure.ts";

export interface CompareOptions {
  readonly kinds: readonly Kind[];
  readonly connections: readonly number[];
  readonly rounds: number;
  readonly seconds: number;
  readonly warmSeconds: number;
  readonly eventsPerWrite: number;
  readonly peers: readonly Peer[];
  /** Whether a peer that is missing may be installed. */
  readonly install: boolean;
  /** A second checkout, whose router is measured beside ours as `before`. */
  readonly before?: string;
  readonly router?: RouterOptions;
}

/** All that was measured, and what was not. */
export interface Measurements {
  readonly samples: readonly Sample[];
  readonly memory: Readonly<Record<string, Memory>>;
  /** Versions of the peers, and what runs them. */
  readonly peers: Readonly<Record<string, string>>;
  readonly leftOut: readonly { readonly system: string; readonly why: string }[];
  /** What the collector of traces got. */
  readonly traces: { readonly exports: number; readonly bytes: number };
  /** Of the last minute before the run: what else this machine did. */
  readonly loadBefore: number;
  readonly stopped: boolean;
}

/** Fewer answers say nothing about a percentile. */
const atLeast = 200;
/** With pauses nothing queues at this number of connections. */
const pacedConnections = 16;
const warmUp = { connections: 16, atLeast: 100 };

/**
 * Measures all systems side by side: in every round each case visits every system, in random order, so that what else
 * this machine does meets all of them alike.
 *
 * @param stop ends it early, with the rounds that are whole
 */
export function compare(options: CompareOptions, progress: Progress, stop: AbortSignal): Promise<Measurements> {
  const [loadBefore = 0] = loadavg();
  return withSetting([`--events-per-write=${options.eventsPerWrite}`], async (setting) => {
    const leftOut: { system: string; why: string }[] = [];
    const leaveOut = (system: string, why: string) => {
      leftOut.push({ system, why });
      progress.step(`${system} is left out: ${why}`);
    };
    const started = await startSystems(setting.place, options, progress, leaveOut);
    const systems: System[] = [];
    for (const system of [setting.direct, ...started]) {
      progress.step(`Warming up ${system.name}.`);
      const problem = await warm(setting, system, options, stop);
      if (problem === undefined) systems.push(system);
      else if (options.peers.some(({ name }) => name === system.name)) leaveOut(system.name, problem);
      else throw system.child.failure(problem);
    }
    const samples: Sample[] = [];
    for (let round = 1; round <= options.rounds && !stop.aborted; round++) {
      samples.push(...(await measureRound(setting, systems, options, round, progress, stop)));
    }
    const memory = Object.fromEntries(started.map(({ name, child }) => [name, memoryOf(child.pid)]));
    const traces = await setting.traces();
    const peers = Object.fromEntries(
      options.peers.map(({ name, version, runsOn }) => [name, `${version} on ${runsOn}`] as const),
    );
    return { samples, memory, peers, leftOut, traces, loadBefore, stopped: stop.aborted };
  });
}

async function startSystems(
  place: Place,
  { before, router, peers, install }: CompareOptions,
  progress: Progress,
  leaveOut: (system: string, why: string) => void,
): Promise<System[]> {
  const systems = [await startBare(place), await startRouter(place, router)];
  if (before !== undefined) systems.push(await startRouter(place, { name: "before", checkout: before }));
  for (const peer of peers) {
    try {
      const folder = await ensurePeer(peer, install, progress);
      progress.step(`Starting ${peer.name} ${peer.version}.`);
      systems.push(await peer.start(folder, place));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      leaveOut(peer.name, error.message);
    }
  }
  return systems;
}

/**
 * Code that runs often is compiled; a benchmark begins after that.
 *
 * @returns why the system can't be measured
 */
async function warm(
  { load }: Setting,
  { target }: System,
  { kinds, warmSeconds }: CompareOptions,
  stop: AbortSignal,
): Promise<string | undefined> {
  for (const kind of kinds) {
    const job = { target, kinds: [kind], ...warmUp, pauseMs: 0, seconds: warmSeconds, longestSeconds: 60 };
    const { failure } = await load.ask(job, stop);
    if (failure !== undefined) return `does not answer ${kind}: ${failure}`;
  }
  return undefined;
}

/** The samples of a round; none if it was stopped within. */
async function measureRound(
  setting: Setting,
  systems: readonly System[],
  options: CompareOptions,
  round: number,
  progress: Progress,
  stop: AbortSignal,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const way of casesOf(options)) {
    for (const system of shuffled(systems)) {
      progress.update(`round ${round} of ${options.rounds}: ${caseName(way)}, ${system.name}`);
      const sample = await measure(setting, system, way, round, { seconds: options.seconds, atLeast }, stop);
      if (stop.aborted) return [];
      if (sample.failure !== undefined) progress.step(`${system.name} failed at ${caseName(way)}: ${sample.failure}`);
      samples.push(sample);
      system.child.trimLog();
    }
  }
  progress.step(`Round ${round} of ${options.rounds} is done.`);
  return samples;
}

function casesOf({ kinds, connections }: CompareOptions): Case[] {
  return kinds.flatMap((kind) => [
    ...connections.map((count) => ({ kind, connections: count, paced: false })),
    // Only for a stream is the first token something of its own.
    ...(kind === "sse" ? [{ kind, connections: pacedConnections, paced: true }] : []),
  ]);
}

function shuffled<T>(values: readonly T[]): T[] {
  const rest = [...values];
  return values.flatMap(() => rest.splice(randomInt(rest.length), 1));
}
