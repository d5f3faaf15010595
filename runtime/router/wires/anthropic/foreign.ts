import type { JsonObject } from "./json.ts";

/** Collects what of a request has no place in the router's own form, by its path. */
export class Foreign {
  readonly fields: JsonObject = {};

  note(path: string, value: unknown): void {
    this.fields[path] = value;
  }

  /** Every field of the object at a path but the known ones. */
  rest(object: JsonObject, path: string, known: readonly string[] = []): void {
    for (const [name, value] of Object.entries(object)) {
      if (!known.includes(name)) this.note(path === "" ? name : `${path}.${name}`, value);
    }
  }
}
