import { isList, isValues, unknownValue, type Value, type Values } from "../../infra/cost/index.ts";

/** What lies at a path; undefined where it isn't there, unknownValue where it or something above it isn't known. */
export function at(value: Value | undefined, ...path: readonly (string | number)[]): Value | undefined {
  let found: Value | undefined = value;
  for (const key of path) {
    if (found === unknownValue) return unknownValue;
    if (isList(found)) found = found[Number(key)];
    else if (isValues(found)) found = found[key];
    else return undefined;
  }
  return found;
}

/** The elements of a list; `unknown` where it can't be told what they are. */
export function listAt(value: Value | undefined, ...path: readonly (string | number)[]): readonly Value[] | "unknown" {
  const found = at(value, ...path);
  if (found === unknownValue) return "unknown";
  return isList(found) ? found : [];
}

/** How a value is told to a person: `missing`, `not known before the deployment`, or itself. */
export function shown(value: Value | undefined): string {
  if (value === undefined || value === null) return "missing";
  if (value === unknownValue) return "not known before the deployment";
  return typeof value === "object" ? "of another form" : JSON.stringify(value);
}

/** Every text within a value, with its path. */
export function* texts(value: Value | undefined, path = ""): Generator<readonly [path: string, text: string]> {
  if (typeof value === "string") yield [path, value];
  else if (isList(value)) for (const [index, each] of value.entries()) yield* texts(each, `${path}[${index}]`);
  else if (isValues(value))
    for (const [key, each] of Object.entries(value)) yield* texts(each, path === "" ? key : `${path}.${key}`);
}

/** Whether something within a value isn't known. */
export function holdsUnknown(value: Value | undefined): boolean {
  if (value === unknownValue) return true;
  if (isList(value)) return value.some(holdsUnknown);
  return isValues(value) && Object.values(value).some(holdsUnknown);
}

/** A Kubernetes object's kind without its version: `Deployment`. */
export const isKind =
  (...kinds: readonly string[]) =>
  (type: string): boolean =>
    type.startsWith("kubernetes:") && kinds.includes(type.split(":").at(-1) ?? "");

export const label = (properties: Values, key: string): Value | undefined => at(properties, "metadata", "labels", key);
