import { scenarios } from "./catalogue.ts";
import type { Verdict } from "./scoring.ts";

const marks: Readonly<Record<Verdict, string>> = { pass: "✓", partial: "◐", safe: "○", fail: "✗" };

export interface Cell {
  readonly scenario: string;
  readonly primary: string;
  /** The client's wire, and whether it asked for a stream. */
  readonly way: string;
  readonly verdict: Verdict;
  /** Attempts at the primary and at the fallback. */
  readonly attempts: readonly [number, number];
}

/** A table: a row a scenario, a column a primary; each cell has a mark for each way of asking, then the attempts. */
export function scorecard(cells: readonly Cell[], primaries: readonly string[], ways: readonly string[]): string {
  const row = (first: string, texts: readonly string[]) =>
    [first.padEnd(46), ...texts.map((text) => text.padEnd(14))].join(" ").trimEnd();
  const lines = scenarios.map(({ id, title }) =>
    row(
      `${id} ${title}`,
      primaries.map((primary) => {
        const own = ways.map((way) =>
          cells.find((cell) => cell.scenario === id && cell.primary === primary && cell.way === way),
        );
        const [atPrimary, atFallback] = own[0]?.attempts ?? ["-", "-"];
        return `${own.map((cell) => (cell ? marks[cell.verdict] : "-")).join("")} ${atPrimary}p/${atFallback}f`;
      }),
    ),
  );
  const passed = row(
    "passed",
    primaries.map((primary) => {
      const own = cells.filter((cell) => cell.primary === primary);
      return `${own.filter(({ verdict }) => verdict === "pass").length}/${own.length}`;
    }),
  );
  return [
    row("", primaries),
    ...lines,
    passed,
    "✓ pass  ◐ partial  ○ safe  ✗ fail; attempts at primary (p) and fallback (f) of the first way",
    `Each mark a way of asking: ${ways.join(", ")}`,
  ].join("\n");
}
