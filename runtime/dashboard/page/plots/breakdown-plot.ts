import uPlot from "uplot";
import type { Group, RangeSection } from "../../protocol.ts";
import { type Clock, usd, usdShort } from "../format.ts";
import type { By } from "../state.ts";
import { nameOf } from "../views/breakdown.ts";
import { groupColour } from "./colours.ts";
import type { Drawing, Series } from "./plot.ts";

/** Costs over time, one column upon the other. */
export function breakdownDrawing(range: RangeSection | undefined, by: By, clock: Clock): Drawing | undefined {
  if (range?.state !== "known" || range[by].length === 0) return undefined;
  const { bounds } = range;
  const groups = range[by];
  const starts = bounds.slice(0, -1);
  const sums = stacked(groups, starts.length);
  // The highest first: each lower one is drawn over it.
  const order = groups.map((_, index) => index).reverse();
  return {
    form: [clock.zone, starts.length, ...groups.map(({ name }) => (name === undefined ? "1" : "0"))].join(" "),
    data: [starts.map((at) => at / 1_000), ...order.map((index) => sums[index] ?? [])],
    clock,
    series: order.map((index) => bars(groups[index]?.name === undefined ? "rest" : index)),
    times: { min: (bounds[0] ?? 0) / 1_000, max: (bounds.at(-1) ?? 1) / 1_000 },
    atLeast: 0,
    money: usdShort,
    tell: (column) => [
      `${clock.day(bounds[column] ?? 0)}, ${clock.time(bounds[column] ?? 0)}`,
      ...groups
        .filter(({ costs }) => costs[column])
        .map((group) => `${nameOf(group)}: ${usd(group.costs[column] ?? 0)}`),
    ],
  };
}

const paths = uPlot.paths.bars?.({ size: [0.82, 64], align: 1 });

function bars(index: number | "rest"): Series {
  const fill = groupColour(index);
  return { fill, stroke: fill, width: 0, points: { show: false }, ...(paths ? { paths } : {}) };
}

function stacked(groups: readonly Group[], columns: number): number[][] {
  const sum = new Array<number>(columns).fill(0);
  return groups.map(({ costs }) => sum.map((before, column) => (sum[column] = before + (costs[column] ?? 0))));
}
