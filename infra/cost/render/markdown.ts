import { type BudgetVerdict, usd } from "../budget.ts";
import { totalsBy } from "../estimate.ts";
import type { Estimate } from "../item.ts";
import type { Range } from "../range.ts";
import { spread } from "./text.ts";

/** As much of an estimate as a comparison needs: what another checkout wrote down. */
export interface Before {
  readonly total: Range;
  readonly items: readonly Pick<Estimate["items"][number], "region" | "capability" | "monthly">[];
}

/** A verdict as the cost part of a pull request's comment. @param before the base branch's estimate */
export function asMarkdown(verdict: BudgetVerdict, before?: Before): string {
  const { infrastructure, llm, byRegion, byCapability, largest } = verdict;
  return `${[
    `### Cost: ${{ ok: "within the budget", warn: "within the budget, with warnings", block: "blocked" }[verdict.status]}`,
    "",
    ...table(
      ["", "expected", "at least", "at most", "limit", "headroom", "key"],
      [
        [
          "infrastructure a month",
          ...cells(infrastructure.used),
          usd(infrastructure.limit),
          usd(infrastructure.headroom),
          code(infrastructure.key),
        ],
        ["models a day", ...cells(llm.used), usd(llm.limit), usd(llm.headroom), code(llm.key)],
      ],
    ),
    ...totals("region", byRegion, before && totalsBy(before.items, "region")),
    ...totals("capability", byCapability, before && totalsBy(before.items, "capability")),
    ...(before ? [`Before: ${spread(before.total)} a month; after: ${spread(infrastructure.used)}.`, ""] : []),
    ...listed(
      "Largest",
      largest.map(
        ({ what, resource, region, monthly }) => `${usd(monthly.expected)} ${what}, ${code(resource)}, ${region}`,
      ),
    ),
    ...listed("Blocked", verdict.blocks.map(plain)),
    ...listed("Warnings", verdict.warnings.map(plain)),
  ]
    .join("\n")
    .trimEnd()}\n`;
}

function totals(
  what: string,
  after: readonly (readonly [string, Range])[],
  before: readonly (readonly [string, Range])[] | undefined,
): string[] {
  const was = new Map(before);
  const now = new Map(after);
  const names = [...new Set([...now.keys(), ...was.keys()])];
  if (names.length === 0) return [];
  const rows = names.map((name) => {
    const [x, y] = [was.get(name)?.expected ?? 0, now.get(name)?.expected ?? 0];
    return before ? [plain(name), usd(x), usd(y), signed(y - x)] : [plain(name), usd(y)];
  });
  return table(before ? [what, "before", "after", "change"] : [what, "expected a month"], rows);
}

const cells = ({ min, expected, max }: Range): string[] => [usd(expected), usd(min), usd(max)];

const signed = (change: number): string => (change > 0 ? `+${usd(change)}` : usd(change));

/** A table, with an empty line after it. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cellsOf: readonly string[]) => `| ${cellsOf.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line), ""];
}

const listed = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`**${title}**`, "", ...lines.map((each) => `- ${each}`), ""];

/** Names come from a plan: nothing of them may be markup. */
export const plain = (text: string): string => text.replace(/[\\|<>`*_[\]]/g, "\\$&").replaceAll("\n", " ");

export const code = (text: string): string => `\`${text.replace(/[`|\n]/g, " ")}\``;
