import uPlot from "uplot";
import type { Clock } from "../format.ts";
import { colour } from "./colours.ts";
import { tooltip } from "./tooltip.ts";

export type Data = uPlot.AlignedData;
export type Series = uPlot.Series;

/** What a plot shows. */
export interface Drawing {
  /** Of its form: as long as it is the same, only values differ. */
  readonly form: string;
  readonly data: Data;
  readonly series: readonly Series[];
  readonly clock: Clock;
  /** Seconds since 1970. */
  readonly times: { readonly min: number; readonly max: number };
  /** The greatest value that is certainly seen. */
  readonly atLeast: number;
  readonly money: (value: number) => string;
  /** What is told of a place: lines of text. */
  readonly tell: (index: number) => readonly string[];
}

const height = 230;

/** One plot in a place of its own; made anew where its form or its colours change, else given new values. */
export class Plot {
  readonly #place: HTMLElement;
  #plot: uPlot | undefined;
  #form: string | undefined;
  #tell: Drawing["tell"] = () => [];
  #bounds = { min: 0, max: 1, most: 1 };

  constructor(place: HTMLElement) {
    this.#place = place;
    new ResizeObserver(() => this.#plot?.setSize(this.#size())).observe(place);
  }

  /** @param drawing undefined: there is nothing to show, and the place is hidden */
  show(drawing: Drawing | undefined): void {
    this.#place.hidden = !drawing;
    if (!drawing) return;
    const { form, data, times, atLeast, tell } = drawing;
    this.#tell = tell;
    this.#bounds = { ...times, most: atLeast };
    if (this.#plot && form === this.#form) {
      this.#plot.setData(data);
      return;
    }
    this.clear();
    this.#form = form;
    this.#plot = new uPlot(this.#options(drawing), data, this.#place);
  }

  clear(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
    this.#form = undefined;
  }

  #size() {
    return { width: Math.max(200, Math.floor(this.#place.clientWidth)), height };
  }

  #options({ series, clock, money }: Drawing): uPlot.Options {
    const axis = {
      stroke: colour("muted"),
      font: "12px Inter, system-ui, sans-serif",
      grid: { stroke: colour("line"), width: 1 },
      ticks: { show: false },
    };
    return {
      ...this.#size(),
      padding: [10, 22, 0, 0],
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { show: false }, y: false },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), clock.zone),
      scales: {
        x: { range: () => [this.#bounds.min, this.#bounds.max] },
        y: { range: (_, _min, max) => [0, Math.max(this.#bounds.most, max ?? 0) * 1.06 || 1] },
      },
      axes: [
        { ...axis, grid: { show: false }, size: 30, space: 64, values: timeTexts(clock) },
        { ...axis, size: 58, space: 44, values: (_, values) => values.map(money) },
      ],
      series: [{}, ...series],
      plugins: [tooltip((index) => this.#tell(index))],
    };
  }
}

/** Midnights by their date, other times by the hour. */
function timeTexts(clock: Clock) {
  return (_: uPlot, seconds: readonly number[]) =>
    seconds.map((second) => {
      const time = clock.time(second * 1_000);
      return time === "00:00" ? clock.date(second * 1_000) : time;
    });
}
