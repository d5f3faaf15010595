import type { JsonObject } from "../../json.ts";

export { isObject, type JsonObject } from "../../json.ts";

/** What of an object is given: in this wire `null` and a missing field mean the same. */
export function given(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== null && part !== undefined));
}
