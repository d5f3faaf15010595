import { svg, text } from "../bench/svg.ts";
import { edges, type Part, type PlannedComponent, partsOf, rows } from "./parts.ts";

const column = { width: 400, gap: 24, padding: 14 } as const;
const box = { padding: 10, line: 17, gap: 10 } as const;
const top = 66;

/**
 * A stack as an SVG: a column for each region, from where requests come in down to what carries everything. Only what the
 * plan registers is drawn, with what its components say of themselves.
 */
export function diagramOf(stack: string, components: readonly PlannedComponent[], resources: number): string {
  const regions = [
    ...new Set(components.flatMap(({ properties }) => (properties.region ? [String(properties.region)] : []))),
  ];
  const width = Math.max(1, regions.length) * (column.width + column.gap) + column.gap;
  const before = partsOf(edges, components);
  const beforeHeight = before.length === 0 ? 0 : heightOf(before) + 34;
  const columns = regions.map((region, index) =>
    columnOf(
      region,
      components.filter(({ properties }) => properties.region === region),
      column.gap + index * (column.width + column.gap),
      top + beforeHeight,
    ),
  );
  const height = top + beforeHeight + Math.max(0, ...columns.map((each) => each.height)) + column.gap;
  const middle = width / 2;
  const edgeWidth = Math.min(width - 2 * column.gap, 420);
  const edge = before.flatMap((part) => boxAt(part, middle - edgeWidth / 2, top, edgeWidth, heightOf(before)));
  const ways =
    before.length === 0 ? [] : columns.map(({ entry }) => arrow(middle, top + heightOf(before), entry.x, entry.y));
  return svg(width, height, `The stack ${stack}`, [
    styles,
    text(column.gap, 30, `${stack}: what a deployment makes`, "title"),
    text(column.gap, 50, `${resources} resources; drawn from the plan by npm run pages`, "faint"),
    ...ways,
    ...edge,
    ...columns.flatMap(({ content }) => content),
  ]);
}

interface Column {
  readonly content: string[];
  readonly height: number;
  /** Where requests come in. */
  readonly entry: { readonly x: number; readonly y: number };
}

function columnOf(region: string, components: readonly PlannedComponent[], x: number, y: number): Column {
  const inner = column.width - 2 * column.padding;
  const content: string[] = [];
  let at = y + 36;
  for (const row of rows) {
    const parts = partsOf(row, components);
    if (parts.length === 0) continue;
    const height = heightOf(parts);
    const width = (inner - box.gap * (parts.length - 1)) / parts.length;
    for (const [index, part] of parts.entries()) {
      content.push(...boxAt(part, x + column.padding + index * (width + box.gap), at, width, height));
    }
    at += height + box.gap;
  }
  const height = at - y + column.padding - box.gap;
  return {
    content: [frame(x, y, column.width, height), text(x + column.padding, y + 23, region, "strong"), ...content],
    height,
    entry: { x: x + column.width / 2, y },
  };
}

const heightOf = (parts: readonly Part[]): number =>
  2 * box.padding + box.line * (1 + Math.max(0, ...parts.map(({ facts }) => facts.length))) - 3;

function boxAt({ title, facts }: Part, x: number, y: number, width: number, height: number): string[] {
  const characters = Math.floor((width - 2 * box.padding) / 6.1);
  return [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" class="box"/>`,
    text(x + box.padding, y + box.padding + 11, clipped(title, Math.floor(characters * 0.85)), "strong"),
    ...facts.map((fact, index) =>
      text(x + box.padding, y + box.padding + 11 + box.line * (index + 1), clipped(fact, characters), "faint"),
    ),
  ];
}

const clipped = (value: string, most: number): string =>
  value.length <= most ? value : `${value.slice(0, most - 1)}…`;

const frame = (x: number, y: number, width: number, height: number): string =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="10" class="frame"/>`;

const arrow = (x1: number, y1: number, x2: number, y2: number): string =>
  `<path d="M${x1} ${y1} C${x1} ${(y1 + y2) / 2} ${x2} ${(y1 + y2) / 2} ${x2} ${y2}" class="way"/>`;

const styles = `<style>
  .strong { font-weight: 600; }
  .box { fill: #ffffff; stroke: #8c959f; }
  .frame { fill: #8c959f; fill-opacity: 0.12; stroke: #8c959f; stroke-opacity: 0.5; }
  .way { fill: none; stroke: #1a7f37; stroke-width: 2; }
  @media (prefers-color-scheme: dark) {
    .box { fill: #161b22; stroke: #6e7681; }
    .way { stroke: #3fb950; }
  }
</style>`;
