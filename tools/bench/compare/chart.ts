import type { Kind } from "../conversation.ts";
import { bar, line, svg, text } from "../svg.ts";
import type { Sample } from "./measure.ts";
import { connectionsOfRatios, type Row, rowsOf } from "./results.ts";

const width = 760;
const [left, right, top] = [150, 90, 64];
const [barHeight, step, groupGap] = [20, 28, 34];

const labels: Readonly<Record<string, string>> = {
  bare: "fastify + undici",
  ours: "hybrid-llm",
  before: "hybrid-llm, before",
  portkey: "Portkey",
  litellm: "LiteLLM",
};
const kinds: readonly [Kind, string][] = [
  ["json", "JSON answers"],
  ["sse", "Streams of 32 tokens"],
];

/** CPU time of a request as bars on a logarithmic scale, one group for each kind of answer. */
export function chartOf(samples: readonly Sample[]): string {
  const connections = connectionsOfRatios(samples);
  const rows = rowsOf(samples).filter(
    ({ case: way, system, failure }) =>
      way.connections === connections && !way.paced && system !== "direct" && failure === undefined,
  );
  const costs = rows.map(({ cpuUs }) => cpuUs.median);
  const low = Math.floor(Math.log10(Math.min(...costs)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...costs))));
  const xOf = (us: number) => left + ((Math.log10(us) - low) / (high - low)) * (width - left - right);

  const content: string[] = [];
  let y = top;
  for (const [kind, title] of kinds) {
    const group = rows.filter(({ case: way }) => way.kind === kind).toSorted((a, b) => a.cpuUs.median - b.cpuUs.median);
    if (group.length === 0) continue;
    content.push(text(16, y + 4, title, "faint"));
    y += 16;
    for (const row of group) {
      content.push(...barOf(row, y, xOf));
      y += step;
    }
    y += groupGap - step + barHeight;
  }
  const bottom = y - 14;
  const decades = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
  return svg(width, bottom + 34, "CPU time of a request", [
    text(16, 26, "CPU time of a request", "title"),
    text(16, 44, `${connections} connections, logarithmic scale; less is better`, "faint"),
    ...decades.flatMap((us) => [
      line(xOf(us), top + 8, xOf(us), bottom),
      text(xOf(us), bottom + 18, time(us), "faint middle"),
    ]),
    ...content,
  ]);
}

function barOf({ system, cpuUs }: Row, y: number, xOf: (us: number) => number): string[] {
  const end = xOf(cpuUs.median);
  return [
    text(left - 10, y + 15, labels[system] ?? system, "end"),
    bar(left, y, end - left, barHeight, system === "ours" ? "first" : "other"),
    text(end + 8, y + 15, time(cpuUs.median)),
  ];
}

function time(us: number): string {
  return us < 1000 ? `${Math.round(us)} µs` : `${Number((us / 1000).toPrecision(2))} ms`;
}
