import type { Row } from "./report.ts";

const width = 720;
const height = 420;
const plot = { left: 64, right: 690, top: 56, bottom: 360 };

/** Cost against agreement as SVG: filled points for the held-out prompts, rings for the fresh ones. */
export function chart(heldOut: readonly Row[], fresh: readonly Row[]): string {
  const dearest = Math.max(...[...heldOut, ...fresh].map(({ cost }) => cost));
  const step = dearest > 8 ? 2 : 1;
  const limit = step * Math.ceil((1.05 * dearest) / step);
  const x = (cost: number) => round(plot.left + (cost / limit) * (plot.right - plot.left));
  const y = (agreement: number) => round(plot.bottom - agreement * (plot.bottom - plot.top));
  const across = [0, 0.25, 0.5, 0.75, 1].map(
    (share) => `<path class="grid" d="M${plot.left} ${y(share)}H${plot.right}"/>
  <text x="${plot.left - 8}" y="${y(share) + 4}" text-anchor="end">${100 * share} %</text>`,
  );
  const along = Array.from({ length: limit / step + 1 }, (_, i) => i * step).map(
    (cost) => `<text x="${x(cost)}" y="${plot.bottom + 20}" text-anchor="middle">$${cost}</text>`,
  );
  const points = heldOut.map((row, i) => {
    const other = fresh[i] ?? row;
    const [x1, y1, x2, y2] = [x(row.cost), y(row.agreement), x(other.cost), y(other.agreement)];
    const label = x1 > plot.right - 120 ? `x="${x1 - 9}" text-anchor="end"` : `x="${x1 + 9}"`;
    return `<g class="${row.strategy === "estimator" ? "ours" : "other"}">
    <path class="link" d="M${x1} ${y1}L${x2} ${y2}"/>
    <circle class="ring" cx="${x2}" cy="${y2}" r="5"/><circle class="dot" cx="${x1}" cy="${y1}" r="5"/>
    <text ${label} y="${y1 - 7}">${row.strategy}</text>
  </g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Cost against agreement with the rubric">
  <style>
    text { font: 13px system-ui, sans-serif; fill: #57606a; }
    .title { font-weight: 600; fill: #24292f; }
    .grid { stroke: #8c959f; stroke-opacity: .3; }
    .dot { fill: #6e7781; } .ring { fill: none; stroke: #6e7781; stroke-width: 2; }
    .link { stroke: #6e7781; stroke-dasharray: 2 3; }
    .ours .dot { fill: #0969da; } .ours .ring, .ours .link { stroke: #0969da; } .ours text { fill: #0969da; font-weight: 600; }
    @media (prefers-color-scheme: dark) {
      text { fill: #9198a1; } .title { fill: #f0f6fc; }
      .dot { fill: #9198a1; } .ring, .link { stroke: #9198a1; }
      .ours .dot { fill: #58a6ff; } .ours .ring, .ours .link { stroke: #58a6ff; } .ours text { fill: #58a6ff; }
    }
  </style>
  <text class="title" x="${plot.left}" y="24">Agreement with the rubric against cost per 1000 prompts</text>
  <g class="other"><circle class="dot" cx="${plot.left + 5}" cy="40" r="5"/><text x="${plot.left + 16}" y="44">held out</text>
  <circle class="ring" cx="${plot.left + 89}" cy="40" r="5"/><text x="${plot.left + 100}" y="44">fresh</text></g>
  ${[...across, ...along, ...points].join("\n  ")}
  <text x="${(plot.left + plot.right) / 2}" y="${height - 14}" text-anchor="middle">US dollars, list prices, assumed answer lengths</text>
</svg>
`;
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}
