/**
 * What comes and goes with each request, by name. Not a Map: one that changes that often makes a new table again and
 * again, and V8 keeps each old one, with all that stood in it, until it collects everything.
 */
export class Passing<Value> {
  readonly #values: Record<string, Value> = Object.create(null);

  get(name: string): Value | undefined {
    return this.#values[name];
  }

  set(name: string, value: Value): void {
    this.#values[name] = value;
  }

  delete(name: string): void {
    delete this.#values[name];
  }

  [Symbol.iterator](): Iterator<[string, Value]> {
    return Object.entries(this.#values)[Symbol.iterator]();
  }
}
