import uPlot from "uplot";
import type { Group, RangeSection } from "../../protocol.ts";
import { type Clock, usd, usdShort } from "../format.ts";
import type { By } from "../state.ts";
import { nameOf } from "../views/breakdown.ts";
import { groupColour } from "./colours.ts";
import { type Data, Plot, type Series } from "./plot.ts";

/** Costs over time, one column upon the other. */
export class BreakdownPlot {
  readonly #place: HTMLElement;
  readonly #plot: Plot;

  constructor(place: HTMLElement) {
    this.#place = place;
    this.#plot = new Plot(place);
  }

  forgetColours(): void {
    this.#plot.clear();
  }

  show(range: RangeSection | undefined, by: By, clock: Clock): void {
    const known = range?.state === "known" && range[by].length > 0;
    this.#place.hidden = !known;
    if (!known) return;
    const { bounds } = range;
    const groups = range[by];
    const starts = bounds.slice(0, -1);
    const sums = stacked(groups, starts.length);
    // The highest first: each lower one is drawn over it.
    const order = groups.map((_, index) => index).reverse();
    const data: Data = [starts.map((at) => at / 1_000), ...order.map((index) => sums[index] ?? [])];
    this.#plot.show(
      [clock.zone, starts.length, ...groups.map(({ name }) => (name === undefined ? "1" : "0"))].join(" "),
      {
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
      },
      data,
    );
  }
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
