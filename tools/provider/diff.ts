import { covers, formatPath, holds, parsePattern } from "./path.ts";
import { isMap, Opaque, own, type PropertyMap, type PropertyValue, Secret, Unknown } from "./values.ts";

/** One difference, at a path as Pulumi writes it (`subject.country`, `dnsNames[0]`). */
export interface PropertyChange {
  readonly path: string;
  readonly kind: "add" | "delete" | "update";
  readonly replace: boolean;
  /** `false` for a difference seen in the state (a certificate about to expire) rather than between inputs. */
  readonly input?: boolean;
}

export interface Diff {
  /** Empty: nothing to do. */
  readonly changes: readonly PropertyChange[];
  readonly deleteBeforeReplace?: boolean;
}

/**
 * Which properties replace: paths (`spec.selector`, a change anywhere beneath counts, and so does one of the whole
 * `spec`; `*` stands for any one step), or all but some.
 */
export type ReplaceRule = readonly string[] | { readonly allExcept: readonly string[] };

export interface DiffRules {
  readonly replaceOn?: ReplaceRule | undefined;
  readonly ignore?: readonly string[] | undefined;
  readonly deleteBeforeReplace?: boolean | undefined;
  /** Values that mean the same as leaving the property out. */
  readonly defaults?: PropertyMap | undefined;
}

/**
 * The differences between two sets of inputs, property by property. A new value that is unknown is a change; null is
 * the same as absent; whether something is secret doesn't matter; keys that begin with two underscores are a bridged
 * provider's own notes (`__defaults`) and don't count.
 */
export function structuralDiff(olds: PropertyMap, news: PropertyMap, rules: DiffRules = {}): Diff {
  const replaces = replaceTest(rules.replaceOn ?? []);
  const ignored = (rules.ignore ?? []).map(parsePattern);
  const changes: PropertyChange[] = [];
  for (const { path, kind } of differences([], olds, news)) {
    if (ignored.some((pattern) => covers(pattern, path))) continue;
    if (kind !== "update" && isDefault(path, kind === "add" ? news : olds, rules.defaults)) continue;
    changes.push({ path: formatPath(path), kind, replace: replaces(path) });
  }
  return rules.deleteBeforeReplace === true ? { changes, deleteBeforeReplace: true } : { changes };
}

function isDefault([key, ...beneath]: Path, inputs: PropertyMap, defaults: PropertyMap = {}): boolean {
  if (typeof key !== "string" || beneath.length > 0) return false;
  const value = own(defaults, key);
  return value !== undefined && differences([], own(inputs, key), value).next().done === true;
}

type Path = readonly (string | number)[];

function replaceTest(rule: ReplaceRule): (path: Path) => boolean {
  if ("allExcept" in rule) {
    const exceptions = rule.allExcept.map(parsePattern);
    return (path) => !exceptions.some((pattern) => covers(pattern, path));
  }
  const patterns = rule.map(parsePattern);
  return (path) => patterns.some((pattern) => covers(pattern, path) || holds(path, pattern));
}

interface Difference {
  readonly path: Path;
  readonly kind: PropertyChange["kind"];
}

function* differences(
  path: Path,
  oldValue: PropertyValue | undefined,
  newValue: PropertyValue | undefined,
): Generator<Difference> {
  const before = bare(oldValue);
  const after = bare(newValue);
  if (before === undefined && after === undefined) return;
  if (before === undefined) yield { path, kind: "add" };
  else if (after === undefined) yield { path, kind: "delete" };
  else if (after instanceof Unknown || before instanceof Unknown) yield { path, kind: "update" };
  else if (Array.isArray(before) && Array.isArray(after)) {
    for (let at = 0; at < Math.max(before.length, after.length); at++) {
      yield* differences([...path, at], before[at], after[at]);
    }
  } else if (isMap(before) && isMap(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      if (!key.startsWith("__")) yield* differences([...path, key], own(before, key), own(after, key));
    }
  } else if (before instanceof Opaque && after instanceof Opaque) {
    if (JSON.stringify(before.wire) !== JSON.stringify(after.wire)) yield { path, kind: "update" };
  } else if (before !== after) yield { path, kind: "update" };
}

function bare(value: PropertyValue | undefined): Exclude<PropertyValue, Secret | null> | undefined {
  if (value instanceof Secret) return bare(value.value);
  return value ?? undefined;
}
