import type { Group, RangeFigures, Totals } from "../../dashboard/protocol.ts";
import type { SeriesCell } from "../ledger/index.ts";
import { toDollars } from "../money/index.ts";

/** Cells of the ledger as the page shows them. */
export function rangeOf(
  bounds: readonly number[],
  byModel: readonly SeriesCell[],
  byTenant: readonly SeriesCell[],
): RangeFigures {
  const columns = bounds.length - 1;
  return {
    state: "known",
    bounds,
    model: groupsOf(byModel, columns),
    tenant: groupsOf(byTenant, columns),
    total: totalOf(byModel),
  };
}

function groupsOf(cells: readonly SeriesCell[], columns: number): Group[] {
  const groups = Array.from(
    Map.groupBy(cells, ({ group }) => group),
    ([name, own]): Group => {
      const costs = Array.from({ length: columns }, () => 0);
      for (const { column, costNano } of own) costs[column] = toDollars(Number(costNano));
      return { ...(name === undefined ? {} : { name }), costs, ...totalOf(own) };
    },
  );
  const isRest = ({ name }: Group) => Number(name === undefined);
  return groups.sort(
    (one, other) => isRest(one) - isRest(other) || other.cost - one.cost || other.requests - one.requests,
  );
}

function totalOf(cells: readonly SeriesCell[]): Totals {
  const sum = (of: (cell: SeriesCell) => number) => cells.reduce((total, cell) => total + of(cell), 0);
  // Fit to show: what is exact is in the reports.
  const dollars = (of: (cell: SeriesCell) => bigint) =>
    toDollars(Number(cells.reduce((total, cell) => total + of(cell), 0n)));
  return {
    cost: dollars(({ costNano }) => costNano),
    requests: sum(({ requests }) => requests),
    attempts: sum(({ attempts }) => attempts),
    failed: sum(({ failed }) => failed),
    arbitrageSaved: dollars(({ arbitrageSavedNano }) => arbitrageSavedNano),
    cacheSaved: dollars(({ cacheSavedNano }) => cacheSavedNano),
  };
}

/** What was spent by the end of each column, the first point being nothing at the beginning. */
export function cumulative(
  bounds: readonly number[],
  cells: readonly SeriesCell[],
  until: number,
): (readonly [number, number])[] {
  const [start = 0] = bounds;
  const points: (readonly [number, number])[] = [[start, 0]];
  let sum = 0n;
  for (let column = 0; column < bounds.length - 1 && (bounds[column] ?? until) < until; column++) {
    sum += cells.find((cell) => cell.column === column)?.costNano ?? 0n;
    points.push([Math.min(bounds[column + 1] ?? until, until), toDollars(Number(sum))]);
  }
  return points;
}
