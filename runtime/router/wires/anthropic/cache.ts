import { isObject, type JsonObject } from "./json.ts";

/** The router's form of a block's `cache_control`. */
export function cacheOf(control: unknown): { cache?: Readonly<JsonObject> } {
  return isObject(control) ? { cache: control } : {};
}
