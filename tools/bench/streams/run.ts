import { Failure, type Progress } from "../../engine/index.ts";
import type { HoldState } from "../load/index.ts";
import { cpuMsOf, memoryOf, openFilesLimit } from "../proc.ts";
import { withSetting } from "../setting.ts";
import { median } from "../statistics.ts";
import { startRouter } from "../systems/index.ts";

export interface StreamsOptions {
  readonly streams: number;
  /** How long each stream lasts: a token each second. */
  readonly seconds: number;
}

/** What became of streams that were open at the same time in one router process. Bytes. */
export interface StreamsResult extends HoldState {
  /** The most that were open at once. */
  readonly mostOpen: number;
  readonly idleRss: number;
  /** While all of them were open. */
  readonly openRss: number;
  readonly bytesPerStream: number;
  readonly peakRss: number;
  /** CPU time of the router in each second that all were open; milliseconds. */
  readonly cpuMsPerSecond: number;
}

const warmStreams = 100;
/** Files that a process has open besides: libraries, logs, connections for metrics. */
const otherFiles = 200;

/** Holds many streams open at once in one router process, and counts those that don't come whole. */
export function holdStreams(options: StreamsOptions, progress: Progress, stop: AbortSignal): Promise<StreamsResult> {
  checkOpenFiles(options.streams);
  const { seconds: tokens, streams } = options;
  return withSetting([`--tokens=${tokens}`, "--events-per-write=1", "--gap-ms=1000"], async ({ place, load }) => {
    const { child, target } = await startRouter(place);
    progress.step(`Warming up with ${warmStreams} streams of ${tokens} s.`);
    const warm = await load.hold({ target, tokens, streams: warmStreams }, stop, () => {});
    if (stop.aborted) throw ended();
    if (warm.lost > 0) throw child.failure(`loses streams: ${warm.failure}`);
    const idleRss = memoryOf(child.pid).rss;
    const whileOpen: { rss: number; cpuMs: number; at: number }[] = [];
    let mostOpen = 0;
    progress.step(`Opening ${streams} streams.`);
    const end = await load.hold({ target, tokens, streams }, stop, (state) => {
      const { open, complete, lost } = state;
      mostOpen = Math.max(mostOpen, open);
      progress.update(`open ${open}, complete ${complete}, lost ${lost}`);
      if (open === streams) {
        whileOpen.push({ rss: memoryOf(child.pid).rss, cpuMs: cpuMsOf(child.pid), at: performance.now() });
      }
    });
    if (stop.aborted) throw ended();
    const openRss = median(whileOpen.map(({ rss }) => rss));
    const [first, last] = [whileOpen[0], whileOpen.at(-1)];
    const passedMs = first && last ? last.at - first.at : 0;
    return {
      ...end,
      mostOpen,
      idleRss,
      openRss,
      bytesPerStream: Math.max(0, openRss - idleRss) / streams,
      peakRss: memoryOf(child.pid).peakRss,
      cpuMsPerSecond: first && last && passedMs > 0 ? (1000 * (last.cpuMs - first.cpuMs)) / passedMs : 0,
    };
  });
}

const ended = () => new Failure("It was ended before the streams were.");

/** A stream takes two connections of the router: the client's and the provider's. */
function checkOpenFiles(streams: number): void {
  const needed = 2 * streams + otherFiles;
  const limit = openFilesLimit("self");
  if (limit >= needed) return;
  throw new Failure(`${streams} streams need ${needed} open files in one process; here ${limit} are allowed.`, [
    `raise the limit in this shell, ulimit -n ${needed}, then run this again`,
    `where that is refused, raise the hard limit: "* hard nofile ${needed}" in /etc/security/limits.conf, then log in again; in a container --ulimit nofile=${needed}`,
    `hold fewer streams: --streams ${Math.floor((limit - otherFiles) / 2)}`,
  ]);
}
