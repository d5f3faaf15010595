import { align } from "../table.ts";
import type { LedgerResult } from "./run.ts";

/** The tables for a terminal. */
export function ledgerReport({ rows, totals, reports, plan, exact, writing }: LedgerResult): string {
  const count = (value: number) => value.toLocaleString("en");
  const ms = (value: number) => value.toFixed(0);
  return [
    `${count(rows)} attempts in 12 months; totals: ${count(totals.hours)} rows by hour, ${count(totals.days)} by day`,
    align([
      ["Report", "groups", "ms", "min", "max"],
      ...reports.map(({ name, groups, ms: { median, min, max } }) => [
        name,
        count(groups),
        ms(median),
        ms(min),
        ms(max),
      ]),
    ]),
    `A year by day and model:\n${plan.join("\n")}`,
    `The total of a year is ${exact ? "" : "NOT "}the sum of its rows to the last nano-dollar.`,
    `Writing: ${writing.appendUs.toFixed(1)} µs a row on the way of a request; ${count(Math.round(writing.perSecond))} rows a second to the database`,
  ].join("\n\n");
}
