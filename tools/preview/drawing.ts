import type { Change } from "./changes.ts";

/** A drawing with more boxes than this tells nobody anything. */
const mostBoxes = 40;

const marks = { create: "+", update: "~", replace: "±", delete: "-" } as const;

/**
 * What changes, as a Mermaid flowchart: a box for each outermost component with how much changes in it, in one frame for
 * all whose names begin alike (a region). Colours say the worst that happens in it.
 */
export function drawingOf(stack: string, changes: readonly Change[]): string {
  const boxes = [...Map.groupBy(changes, ({ within, name }) => within[0] ?? name)].map(([name, own]) => ({
    name,
    own,
  }));
  const drawn = boxes.sort((a, b) => b.own.length - a.own.length).slice(0, mostBoxes);
  const frames = Map.groupBy(drawn, ({ name }) => frameOf(name));
  const lines = ["flowchart LR", `  stack["${escaped(stack)}"]`];
  for (const [frame, members] of [...frames].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (frame !== "") lines.push(`  subgraph ${idOf(`frame ${frame}`)}["${escaped(frame)}"]`);
    for (const { name, own } of members) {
      const label = `${name}<br/>${summaryOf(own)}`;
      lines.push(`    ${idOf(name)}["${escaped(label)}"]:::${worstOf(own)}`);
    }
    if (frame !== "") lines.push("  end");
    lines.push(
      `  stack --> ${frame === "" ? members.map(({ name }) => idOf(name)).join(" & ") : idOf(`frame ${frame}`)}`,
    );
  }
  if (boxes.length > drawn.length) lines.push(`  stack --> rest["${boxes.length - drawn.length} more components"]`);
  lines.push(
    "  classDef create fill:#dafbe1,stroke:#1a7f37,color:#0b2e13",
    "  classDef update fill:#fff8c5,stroke:#9a6700,color:#3b2300",
    "  classDef replace fill:#ffe0b8,stroke:#bc4c00,color:#471700",
    "  classDef delete fill:#ffebe9,stroke:#cf222e,color:#4c0a10",
  );
  return `${lines.join("\n")}\n`;
}

/** `+12 ~1`: how many of each. */
export function summaryOf(changes: readonly Pick<Change, "op">[]): string {
  const counts = Object.entries(marks).flatMap(([op, mark]) => {
    const count = changes.filter((change) => change.op === op).length;
    return count > 0 ? [`${mark}${count}`] : [];
  });
  return counts.join(" ") || "nothing";
}

const worstOf = (changes: readonly Change[]): Change["op"] =>
  (["delete", "replace", "update"] as const).find((op) => changes.some((change) => change.op === op)) ?? "create";

/** Names of a region's components begin with the region's. */
const frameOf = (name: string): string => /^([a-z]{2}(?:-[a-z]+)+-\d)-/.exec(name)?.[1] ?? "";

const idOf = (name: string): string => `n_${name.replace(/[^A-Za-z0-9]/g, "_")}`;
/** Names come from a plan, and end no label. `<br/>` is ours. */
const escaped = (text: string): string => text.replace(/["`\n]/g, " ").replace(/<(?!br\/>)/g, "‹");
