import type { SpendSection, TodaySection } from "../../protocol.ts";
import { type Clock, usd, usdShort } from "../format.ts";
import { colour } from "./colours.ts";
import type { Data, Drawing } from "./plot.ts";

/** What was spent since the day began, where it is going, and where it must end. */
export function spendDrawing(
  spend: SpendSection | undefined,
  today: TodaySection | undefined,
  clock: Clock,
): Drawing | undefined {
  if (!spend?.known || today?.state !== "known") return undefined;
  const { day } = spend;
  const { limit } = day;
  const now = Math.min(Date.now(), day.end);
  // The store is ahead of the ledger by the rows that are on their way.
  const points = today.points.filter(([at]) => at < now && at >= day.start);
  const spent = [...points, [now, Math.max(day.spent, points.at(-1)?.[1] ?? 0)] as const];
  const times = [...spent.map(([at]) => at / 1_000), day.end / 1_000];
  const last = spent.length - 1;
  const data: Data = [
    times,
    [...spent.map(([, sum]) => sum), null],
    times.map((_, index) => (index < last ? null : index === last ? (spent[last]?.[1] ?? 0) : day.forecast.atEnd)),
    times.map(() => limit ?? null),
  ];
  const near = limit !== undefined && Math.max(day.forecast.atEnd, day.spent) > limit / 3;
  return {
    form: `${clock.zone} ${near}`,
    data,
    clock,
    series: [
      { stroke: colour("accent"), width: 2, fill: colour("accent-wash"), points: { show: false } },
      { stroke: colour("accent"), width: 2, dash: [5, 5], points: { show: false } },
      // Far above the curve it would press that to the ground.
      { show: near, stroke: colour("bad"), width: 1.5, dash: [2, 4], points: { show: false } },
    ],
    times: { min: day.start / 1_000, max: day.end / 1_000 },
    atLeast: near ? limit : 0,
    money: usdShort,
    tell: (index) => {
      const at = (times[index] ?? 0) * 1_000;
      if (index > last) return [`Forecast for ${clock.moment(at, now)}`, usd(day.forecast.atEnd)];
      return [index === last ? "Now" : clock.time(at), `${usd(spent[index]?.[1] ?? 0)} spent`];
    },
  };
}
