/** Columns as wide as what is in them; nothing where there are no rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "none\n";
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
  return [head, ...rows].map((row) => `${line(row).trimEnd()}\n`).join("");
}

/** `2026-11-29 22:40`, in UTC; empty where there is none. */
export const when = (iso: unknown): string => (typeof iso === "string" ? iso.slice(0, 16).replace("T", " ") : "");

/** `day $5, 60 requests/min`. */
export function limitsText(limits: unknown): string {
  const { budget = {}, rates = {} } = limits as {
    budget?: Record<string, number>;
    rates?: { requests_per_minute?: number; tokens_per_minute?: number; concurrent?: number };
  };
  return [
    ...Object.entries(budget).map(([period, dollars]) => `$${dollars}/${period}`),
    ...(rates.requests_per_minute === undefined ? [] : [`${rates.requests_per_minute} requests/min`]),
    ...(rates.tokens_per_minute === undefined ? [] : [`${rates.tokens_per_minute} tokens/min`]),
    ...(rates.concurrent === undefined ? [] : [`${rates.concurrent} at once`]),
  ].join(", ");
}
