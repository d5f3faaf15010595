import { createHash } from "node:crypto";

/**
 * JSON with its keys sorted at every level and a newline at the end: the same value is always the same bytes, so that
 * a preview shows a change only where there is one. `undefined` members are left out, as in JSON.stringify.
 */
export function renderJson(value: unknown): string {
  return `${JSON.stringify(sortKeys(value), null, 2)}\n`;
}

/** The first 12 hexadecimal digits of the SHA-256 of a rendered configuration: its name on /health and in logs. */
export function configHash(value: unknown): string {
  return createHash("sha256").update(renderJson(value)).digest("hex").slice(0, 12);
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, sortKeys(inner)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
