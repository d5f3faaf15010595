import { isObject, type JsonObject } from "../values.ts";

/** Strings that come in parts, by their names in a chunk; every other one is said whole, and the last one counts. */
const growing: ReadonlySet<string> = new Set([
  "content",
  "refusal",
  "reasoning_content",
  "reasoning",
  "arguments",
  "input",
  "text",
  "summary",
  "transcript",
]);

/**
 * Merges a part of a streamed answer into what came before it, whatever its fields are: text is joined, elements of
 * lists are merged by their `index` and appended where they have none, null never replaces a value.
 */
export function mergeInto(target: JsonObject, part: JsonObject, except?: string): void {
  for (const key of Object.keys(part)) {
    // Read from an object, this name is not a field but its prototype.
    if (key !== except && key !== "__proto__") target[key] = merged(key, target[key], part[key]);
  }
}

function merged(key: string, before: unknown, value: unknown): unknown {
  if (value === null || value === undefined || value === "") return before ?? value;
  if (Array.isArray(value)) return mergedList(Array.isArray(before) ? before : [], value);
  if (typeof value === "string" && typeof before === "string") {
    if (growing.has(key)) return before + value;
    return key === "data" ? joinedBase64(before, value) : value;
  }
  if (!isObject(value)) return value;
  const fields: JsonObject = isObject(before) ? before : {};
  mergeInto(fields, value);
  return fields;
}

function mergedList(before: unknown[], parts: readonly unknown[]): unknown[] {
  for (const part of parts) {
    if (!isObject(part) || typeof part.index !== "number") {
      before.push(part);
      continue;
    }
    const known = before.find((element) => isObject(element) && element.index === part.index);
    if (isObject(known)) mergeInto(known, part);
    // A copy: later parts are merged into it, and the chunk may still be read.
    else before.push(merged("", undefined, part));
  }
  return before;
}

/** Sound comes in parts that are each complete, padding included. */
function joinedBase64(before: string, part: string): string {
  if (!before.endsWith("=")) return before + part;
  return Buffer.concat([Buffer.from(before, "base64"), Buffer.from(part, "base64")]).toString("base64");
}
