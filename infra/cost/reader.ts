import { isList, isValues, unknownValue, type Value, type Values } from "./value.ts";

/** Why something has no price; {@link Reader} and the models throw it, the estimate collects it. */
export class Unpriceable extends Error {
  override readonly name = "Unpriceable";
}

/**
 * Reads what decides a cost. A driver that is unknown, missing or of another type is {@link Unpriceable}, never zero:
 * a preview that doesn't know a value, and a provider that leaves it out, would otherwise both look free.
 */
export class Reader {
  readonly #values: Values;
  readonly #path: string;

  constructor(values: Values, path = "") {
    this.#values = values;
    this.#path = path;
  }

  /** @param fallback what the provider documents for a property that isn't there; without it, missing is an error */
  string(key: string, fallback?: string): string {
    const value = this.#read(key);
    if (value === undefined && fallback !== undefined) return fallback;
    return typeof value === "string" ? value : this.#refuse(key, value, "a text");
  }

  number(key: string, fallback?: number): number {
    const value = this.#read(key);
    if (value === undefined && fallback !== undefined) return fallback;
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    return typeof number === "number" && number >= 0 ? number : this.#refuse(key, value, "a number of at least 0");
  }

  boolean(key: string, fallback?: boolean): boolean {
    const value = this.#read(key);
    if (value === undefined && fallback !== undefined) return fallback;
    return typeof value === "boolean" ? value : this.#refuse(key, value, "true or false");
  }

  /** Texts of a list, none of them unknown. */
  strings(key: string): string[] {
    return this.#list(key).map((value, index) =>
      typeof value === "string" ? value : this.#refuse(`${key}[${index}]`, value, "a text"),
    );
  }

  /** How many elements a list has; the elements themselves may be unknown. */
  count(key: string): number {
    return this.#list(key).length;
  }

  /** An object; a list with one element, as some providers give it, counts as that element. */
  object(key: string): Reader {
    return this.optional(key) ?? this.#refuse(key, undefined, "an object");
  }

  optional(key: string): Reader | undefined {
    const found = this.#read(key);
    const value = isList(found) && found.length === 1 ? found[0] : found;
    if (value === undefined) return undefined;
    return isValues(value) ? new Reader(value, this.at(key)) : this.#refuse(key, value, "an object");
  }

  /** The objects of a list; none where it isn't there. */
  objects(key: string): Reader[] {
    if (!this.has(key)) return [];
    return this.#list(key).map((value, index) =>
      isValues(value)
        ? new Reader(value, `${this.at(key)}[${index}]`)
        : this.#refuse(`${key}[${index}]`, value, "an object"),
    );
  }

  /** Whether there is something, be it unknown. */
  has(key: string): boolean {
    return this.#values[key] !== undefined && this.#values[key] !== null;
  }

  /** How a property is told to a person, with where it lies. */
  at(key: string): string {
    return this.#path === "" ? key : `${this.#path}.${key}`;
  }

  #list(key: string): readonly Value[] {
    const value = this.#read(key);
    return isList(value) ? value : this.#refuse(key, value, "a list");
  }

  #read(key: string): Value | undefined {
    return this.#values[key] ?? undefined;
  }

  #refuse(key: string, value: Value | undefined, wanted: string): never {
    const given =
      value === undefined
        ? "is missing"
        : value === unknownValue
          ? "isn't known before the deployment"
          : `is ${shown(value)}`;
    throw new Unpriceable(`${this.at(key)} ${given}; its cost needs ${wanted}`);
  }
}

const shown = (value: Value): string => (typeof value === "object" ? "something else" : JSON.stringify(value));
