/** Members in which order says something: models write a structured answer in the order of its schema. */
const ordered: ReadonlySet<string> = new Set([
  "tools",
  "functions",
  "response_format",
  "output_format",
  "output_config",
  "input",
]);

/**
 * One text for all JSON texts that mean the same: members are sorted, but for those beneath which order says something.
 *
 * @param value as JSON.parse gives it
 */
export function canonical(value: unknown): string {
  if (typeof value === "number") return Number.isFinite(value) ? JSON.stringify(value) : String(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "";
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const object = value as Record<string, unknown>;
  let text = "";
  for (const key of Object.keys(object).sort()) {
    const member = object[key];
    if (member === undefined) continue;
    text += `,${JSON.stringify(key)}:${ordered.has(key) ? inOrder(member) : canonical(member)}`;
  }
  return `{${text.slice(1)}}`;
}

function inOrder(value: unknown): string {
  if (typeof value !== "object" || value === null) return canonical(value);
  if (Array.isArray(value)) return `[${value.map(inOrder).join()}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${inOrder(member)}`).join()}}`;
}
