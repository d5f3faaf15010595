import { type BudgetVerdict, usd } from "../budget.ts";
import { totalsBy } from "../estimate.ts";
import type { CostItem, Estimate } from "../item.ts";
import type { Figure } from "../prices/index.ts";
import { hoursPerMonth } from "../prices/index.ts";
import type { Range } from "../range.ts";

/** A verdict for a terminal or an error. @param details also every item with its arithmetic */
export function asText(verdict: BudgetVerdict, { details = false }: { details?: boolean } = {}): string {
  const { infrastructure, llm, total, status, byRegion, byCapability, largest, problems } = verdict;
  const lines = [
    `budget: ${{ ok: "within limits", warn: "within limits, with warnings", block: "EXCEEDED OR UNKNOWN" }[status]}`,
    `  infrastructure  ${spread(infrastructure.used)} a month of ${usd(infrastructure.limit)}, headroom ${usd(infrastructure.headroom)}  (${infrastructure.key})`,
    `  models          ${spread(llm.used)} a day of ${usd(llm.limit)}, headroom ${usd(llm.headroom)}  (${llm.key})`,
    `  together        ${spread(total)} a month${problems.length > 0 ? `, without what is unpriceable (${problems.length})` : ""}`,
    ...section("by region", byRegion.map(entry)),
    ...section("by capability", byCapability.map(entry)),
    ...section(
      "largest",
      largest.map((item) => `${usd(item.monthly.expected)}  ${item.what}: ${item.resource}, ${item.region}`),
    ),
    ...section("blocked", verdict.blocks),
    ...section("warnings", verdict.warnings),
  ];
  if (details) lines.push(...section("items", verdict.estimate.items.map(arithmetic)));
  return `${lines.join("\n")}\n`;
}

/** An estimate without a limit: every item with its arithmetic, sums, and what has no price. */
export function asItems({ items, total, problems, tableBuilt }: Estimate): string {
  const lines = [
    ...items.map(arithmetic),
    ...section("by region", totalsBy(items, "region").map(entry)),
    ...section(
      "no price",
      problems.map(({ resource, region, why }) => `${resource} (${region}): ${why}`),
    ),
    `total  ${spread(total)} a month${problems.length > 0 ? `, without what has no price (${problems.length})` : ""}  [price table of ${tableBuilt}]`,
  ];
  return `${lines.join("\n")}\n`;
}

/** `2 × $0.045/hour × 730 h = $65.70  NAT gateway: ...`, with the figure's source and date. */
export function arithmetic({ figure, quantity, monthly, what, resource, region, price }: CostItem): string {
  return `${sumOf(figure, quantity, monthly)}  ${what}: ${resource}, ${region}  [${price}, ${sourceOf(figure)}]`;
}

function sumOf(figure: Figure, quantity: Range, monthly: Range): string {
  const { usd: price, unit, per, size = 1 } = figure;
  const amount =
    quantity.min === quantity.max
      ? number(quantity.expected)
      : `${number(quantity.expected)} (${number(quantity.min)} to ${number(quantity.max)})`;
  const hours = per === "hour" ? ` × ${hoursPerMonth} h` : "";
  const units = size === 1 ? unit : `${number(size)} ${unit}s`;
  return `${amount} × $${price}/${units}${hours}${figure.tiers ? " (tiers)" : ""} = ${spread(monthly)}`;
}

export const sourceOf = ({ sources, date, confidence }: Figure): string =>
  `${sources.join(" + ")}, ${date ?? "undated"}, ${confidence}`;

/** `$10.00`, or `$10.00 ($5.00 to $20.00)`. */
export function spread({ min, expected, max }: Range): string {
  const range = usd(min) === usd(max) ? "" : ` (${usd(min)} to ${usd(max)})`;
  return `${usd(expected)}${range}`;
}

const number = (value: number): string => String(Math.round(value * 1e4) / 1e4);

const entry = ([name, range]: readonly [string, Range]): string => `${name.padEnd(16)}${spread(range)}`;

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`  ${title}`, ...lines.map((line) => `    ${line}`)];
