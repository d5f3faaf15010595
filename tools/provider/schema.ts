import { formatPath } from "./path.ts";
import type { CheckFailure } from "./types.ts";
import {
  isMap,
  mapFromPlain,
  own,
  type PropertyMap,
  type PropertyValue,
  revealMap,
  secretMapAs,
  Unknown,
} from "./values.ts";

/** What the core needs of a schema; the object types of Zod 4 fit, and nothing here loads Zod. */
export interface InputSchema<Inputs extends object> {
  safeParse(value: unknown): Parsed<Inputs>;
  /** The schemas of the single properties, where there are such: lets defaults be filled in beside unknown values. */
  readonly shape?: Readonly<Record<string, PropertySchema>>;
}

export interface PropertySchema {
  safeParse(value: unknown): Parsed<unknown>;
}

export type Parsed<T> =
  | { readonly success: true; readonly data: T; readonly error?: undefined }
  | { readonly success: false; readonly data?: undefined; readonly error: { readonly issues: readonly Issue[] } };

export interface Issue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** With the code `unrecognized_keys`. */
  readonly keys?: readonly string[];
}

export interface Checked {
  /** With defaults, and secret where the inputs were. */
  readonly inputs: PropertyMap;
  readonly failures: readonly CheckFailure[];
}

/** Validates inputs that may hold secrets and unknown values; see `ResourceType.inputs`. */
export function checkInputs(schema: InputSchema<object>, news: PropertyMap): Checked {
  const plain = withoutNulls(revealMap(news));
  const unknowns = [...unknownPaths([], plain)];
  const parsed = schema.safeParse(plain);
  if (parsed.success) return { inputs: secretMapAs(news, mapFromPlain(parsed.data, "inputs")), failures: [] };
  const failures = parsed.error.issues
    .filter((issue) => issue.code === "unrecognized_keys" || !unknowns.some((path) => related(path, issue.path)))
    .flatMap(toFailures);
  if (failures.length > 0 || schema.shape === undefined) return { inputs: news, failures };
  return { inputs: secretMapAs(news, parseEach(schema.shape, plain)), failures };
}

function toFailures(issue: Issue): CheckFailure[] {
  if (issue.code === "unrecognized_keys" && issue.keys !== undefined) {
    return issue.keys.map((key) => ({
      property: formatPath([...issue.path, key]),
      reason: "there is no such argument",
    }));
  }
  return [{ property: formatPath(issue.path), reason: issue.message }];
}

/** Fills in the defaults of those properties that hold nothing unknown. */
function parseEach(shape: Readonly<Record<string, PropertySchema>>, plain: PropertyMap): PropertyMap {
  const result: Record<string, unknown> = { ...plain };
  for (const [key, property] of Object.entries(shape)) {
    const value = own(plain, key);
    if (value !== undefined && !unknownPaths([], value).next().done) continue;
    const parsed = property.safeParse(value);
    if (parsed.success) result[key] = parsed.data;
  }
  return mapFromPlain(result, "inputs");
}

function withoutNulls(map: PropertyMap): PropertyMap {
  const clean = (value: PropertyValue): PropertyValue => {
    if (Array.isArray(value)) return value.map(clean);
    return isMap(value) ? withoutNulls(value) : value;
  };
  return Object.fromEntries(
    Object.entries(map)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, clean(value)]),
  );
}

function* unknownPaths(path: readonly PropertyKey[], value: PropertyValue): Generator<readonly PropertyKey[]> {
  if (value instanceof Unknown) yield path;
  else if (Array.isArray(value)) {
    for (const [index, part] of value.entries()) yield* unknownPaths([...path, index], part);
  } else if (isMap(value)) {
    for (const [key, part] of Object.entries(value)) yield* unknownPaths([...path, key], part);
  }
}

/** An issue is about an unknown value if it is at it, inside it, or at something that holds it. */
function related(unknownPath: readonly PropertyKey[], issuePath: readonly PropertyKey[]): boolean {
  const length = Math.min(unknownPath.length, issuePath.length);
  return unknownPath.slice(0, length).every((step, at) => step === issuePath[at]);
}
