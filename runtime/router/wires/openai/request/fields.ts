import { RouterError } from "../../../errors.ts";
import { isObject, type JsonObject } from "../values.ts";

/** What a request says and the router's own form has no place for, by its path. */
export type Foreign = Record<string, unknown>;

/** A RouterError that names a field and what it may be. */
export function wrong(path: string, allowed: string): RouterError {
  return new RouterError("invalid_request", `${path}: allowed: ${allowed}`, { param: path });
}

/**
 * One object of a request, read field by field: null is the same as nothing, a wrong type names the field, and what
 * nobody asked for can be told at the end.
 */
export class Fields {
  readonly path: string;
  readonly #value: JsonObject;
  readonly #read = new Set<string>();

  constructor(value: unknown, path: string) {
    if (!isObject(value)) throw wrong(path, "an object");
    this.#value = value;
    this.path = path;
  }

  pathOf(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }

  any(name: string): unknown {
    this.#read.add(name);
    return this.#value[name] ?? undefined;
  }

  string(name: string): string | undefined {
    const value = this.any(name);
    if (value === undefined || typeof value === "string") return value;
    throw wrong(this.pathOf(name), "a string");
  }

  number(name: string): number | undefined {
    const value = this.any(name);
    if (value === undefined || typeof value === "number") return value;
    throw wrong(this.pathOf(name), "a number");
  }

  boolean(name: string): boolean | undefined {
    const value = this.any(name);
    if (value === undefined || typeof value === "boolean") return value;
    throw wrong(this.pathOf(name), "true or false");
  }

  object(name: string): Fields | undefined {
    const value = this.any(name);
    return value === undefined ? undefined : new Fields(value, this.pathOf(name));
  }

  /** A JSON object that is passed on as it is. */
  json(name: string): JsonObject | undefined {
    const value = this.any(name);
    if (value === undefined || isObject(value)) return value;
    throw wrong(this.pathOf(name), "an object");
  }

  /** The elements of a list of objects. */
  objects(name: string): Fields[] {
    const value = this.any(name) ?? [];
    if (!Array.isArray(value)) throw wrong(this.pathOf(name), "a list");
    return value.map((element, index) => new Fields(element, `${this.pathOf(name)}[${index}]`));
  }

  choice<const Allowed extends string>(name: string, allowed: readonly Allowed[]): Allowed | undefined {
    const value = this.any(name);
    const known = allowed.find((one) => one === value);
    if (value === undefined || known !== undefined) return known;
    throw wrong(this.pathOf(name), allowed.join(", "));
  }

  /** The same as `string`, where the field must be there. */
  required(name: string): string {
    const value = this.string(name);
    if (value === undefined) throw wrong(this.pathOf(name), "a string");
    return value;
  }

  /** Takes note of fields whose values don't matter. */
  ignore(names: Iterable<string>): void {
    for (const name of names) this.#read.add(name);
  }

  /** The whole, for what is passed over by its type. */
  get value(): JsonObject {
    return this.#value;
  }

  /** Tells what has a value and was not read. */
  rest(foreign: Foreign): void {
    for (const [name, value] of Object.entries(this.#value)) {
      if (value !== null && value !== undefined && !this.#read.has(name)) foreign[this.pathOf(name)] = value;
    }
  }
}
