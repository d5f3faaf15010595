import { median, type Spread, spreadOf } from "../statistics.ts";
import type { Case, Sample } from "./measure.ts";

/** One system in one case: the rounds together. Microseconds of CPU time, milliseconds of waiting. */
export interface Row {
  readonly case: Case;
  readonly system: string;
  readonly requests: number;
  readonly cpuUs: Spread;
  readonly perSecond: Spread;
  readonly p50: Spread;
  readonly p99: Spread;
  readonly firstP50: Spread;
  /** More than without anything in between, in the same round. */
  readonly added: { readonly p50: Spread; readonly p99: Spread; readonly firstP50: Spread };
  readonly upstreamCpuUs: number;
  readonly loadCpuUs: number;
  /** The first wrong answer: such a row's figures count for nothing. */
  readonly failure?: string;
}

/** A ratio of CPU times, each round's own. */
export interface Ratio {
  /** As in the file of figures, e.g. `json_cpu_vs_bare`. */
  readonly name: string;
  readonly says: string;
  readonly spread: Spread;
}

/** At which number of connections systems are compared, unless it was not measured. */
const usualConnections = 16;

/** One row for each case and system, in the order in which they were first measured. */
export function rowsOf(samples: readonly Sample[]): Row[] {
  const groups = Map.groupBy(samples, (sample) => `${caseKey(sample.case)} ${sample.system}`);
  return [...groups.values()].flatMap((group) => rowOf(group, samples) ?? []);
}

function rowOf(group: readonly Sample[], samples: readonly Sample[]): Row | undefined {
  const [first] = group;
  const spread = (value: (sample: Sample) => number) => spreadOf(group.map(value)) ?? { median: 0, min: 0, max: 0 };
  if (first === undefined) return undefined;
  const base = new Map(
    samples
      .filter(({ system, case: way }) => system === "direct" && caseKey(way) === caseKey(first.case))
      .map((sample) => [sample.round, sample]),
  );
  const added = (value: (sample: Sample) => number) =>
    spread((sample) => value(sample) - value(base.get(sample.round) ?? sample));
  const failure = group.find((sample) => sample.failure !== undefined)?.failure;
  return {
    case: first.case,
    system: first.system,
    requests: group.reduce((sum, { requests }) => sum + requests, 0),
    cpuUs: spread(({ cpuUs }) => cpuUs),
    perSecond: spread(({ perSecond }) => perSecond),
    p50: spread(({ p50 }) => p50),
    p99: spread(({ p99 }) => p99),
    firstP50: spread(({ firstP50 }) => firstP50),
    added: {
      p50: added(({ p50 }) => p50),
      p99: added(({ p99 }) => p99),
      firstP50: added(({ firstP50 }) => firstP50),
    },
    upstreamCpuUs: median(group.map(({ upstreamCpuUs }) => upstreamCpuUs)),
    loadCpuUs: median(group.map(({ loadCpuUs }) => loadCpuUs)),
    ...(failure === undefined ? {} : { failure }),
  };
}

const caseKey = ({ kind, connections, paced }: Case): string => `${kind} ${connections} ${paced}`;

/** The number of connections at which ratios are taken. */
export function connectionsOfRatios(samples: readonly Sample[]): number {
  const measured = samples.filter((sample) => !sample.case.paced).map((sample) => sample.case.connections);
  return measured.includes(usualConnections) ? usualConnections : (measured.at(-1) ?? usualConnections);
}

/** What our router costs beside the others: one ratio a round, then the median. */
export function ratiosOf(samples: readonly Sample[]): Ratio[] {
  const connections = connectionsOfRatios(samples);
  const systems = [...new Set(samples.map(({ system }) => system))].filter(
    (name) => name !== "direct" && name !== "ours",
  );
  const ratios: Ratio[] = [];
  for (const kind of ["json", "sse"] as const) {
    const cell = samples.filter(({ case: way }) => way.kind === kind && way.connections === connections && !way.paced);
    const cost = (system: string) =>
      new Map(
        cell
          .filter((sample) => sample.system === system && sample.failure === undefined)
          .map(({ round, cpuUs }) => [round, cpuUs]),
      );
    const ours = cost("ours");
    for (const system of systems) {
      const ofOurs = system === "bare" || system === "before";
      const perRound = [...cost(system)].flatMap(([round, theirs]) => {
        const mine = ours.get(round);
        return mine === undefined ? [] : [ofOurs ? mine / theirs : theirs / mine];
      });
      const spread = spreadOf(perRound);
      if (spread === undefined) continue;
      ratios.push({
        name: ofOurs ? `${kind}_cpu_vs_${system}` : `${kind}_${system}_vs_ours`,
        says: `${kind.toUpperCase()}: CPU of ${ofOurs ? `ours / ${system}` : `${system} / ours`}`,
        spread,
      });
    }
  }
  return ratios;
}
