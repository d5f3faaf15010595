import { arithmetic, type CostItem, spread, totalsBy } from "../../infra/cost/index.ts";
import type { ComponentDoc } from "./sources.ts";

/** What one capability consists of, and what a stack has of it. */
export interface Capability {
  readonly name: string;
  /** Keys of the stack's configuration that change it. */
  readonly keys: readonly string[];
  readonly components: readonly ComponentDoc[];
  /** How many resources of each type its components register, by component; one region's. */
  readonly makes: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Of all regions. */
  readonly items: readonly CostItem[];
}

/** Of whom examples are given. */
export interface Example {
  readonly stack: string;
  readonly region: string;
}

/** A capability's page in Markdown. */
export function pageOf(capability: Capability, example: Example): string {
  const { name, keys, components, makes, items } = capability;
  const lines = [
    `# ${name}`,
    "",
    "<!-- Written by npm run pages. -->",
    "",
    `Source: [infra/${name}](../../infra/${name}). ${changed(keys)}`,
    ...components.flatMap((component) => section(component, makes.get(component.name), example)),
    ...(items.length === 0 ? [] : costs(items, example)),
    "",
  ];
  return lines.join("\n");
}

const changed = (keys: readonly string[]): string =>
  keys.length === 0
    ? "Nothing of the configuration changes it alone."
    : `What to change: ${keys.map((key) => `\`${key}\``).join(", ")} ([reference](../../stacks/schema/CONFIGURATION.md)).`;

function section(
  { name, says, cost }: ComponentDoc,
  made: ReadonlyMap<string, number> | undefined,
  { stack, region }: Example,
): string[] {
  const counted = [...(made ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    "",
    `## ${name}`,
    "",
    ...says.flatMap((paragraph) => [paragraph, ""]),
    ...(cost === undefined ? [] : [`*Cost*: ${cost}`, ""]),
    ...(counted.length === 0
      ? [`\`${stack}\` has none in ${region}.`]
      : [
          `| in ${region} of \`${stack}\` | |`,
          "|---|---:|",
          ...counted.map(([type, count]) => `| \`${type}\` | ${count} |`),
        ]),
  ];
}

/** The arithmetic of one region; of the others the sums. */
function costs(items: readonly CostItem[], { stack, region }: Example): string[] {
  const own = items.filter((item) => item.region === region);
  const sums = totalsBy(items, "region");
  return [
    "",
    `## What it costs in \`${stack}\``,
    "",
    `A month, expected (least to most), by \`npm run cost -- ${stack} --items\`:`,
    "",
    ...sums.map(([where, range]) => `- ${where}: ${spread(range)}`),
    ...(own.length === 0
      ? []
      : ["", `The arithmetic of ${region}:`, "", "```", ...own.map((item) => arithmetic(item)), "```"]),
  ];
}
