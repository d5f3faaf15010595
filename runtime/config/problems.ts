import { z } from "zod";

/** One mistake in a configuration: where it is, what was given, what is allowed, and what to do about it. */
export interface Problem {
  /** Keys and indices from the root of the checked value, e.g. `["router", "listen", "port"]`. */
  readonly path: readonly (string | number)[];
  /** What was given, shortened; absent when nothing was. Never shown for keys that may hold a secret. */
  readonly given?: string;
  /** What is allowed there. */
  readonly allowed: string;
  /** What to do. */
  readonly fix: string;
}

/**
 * A mistake of the person who wrote a configuration: shown without a stack trace, all problems at once.
 */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  /** Read by the Pulumi runtime: prints the message alone, without a stack trace (see RunError in @pulumi/pulumi). */
  readonly __pulumiRunError = true;

  readonly problems: readonly Problem[];

  constructor(
    source: string,
    problems: readonly Problem[],
    locate: (path: Problem["path"]) => string | undefined = () => undefined,
  ) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super(`${source}: ${count}\n${problems.map((problem) => `  ${formatProblem(problem, locate)}`).join("\n")}`);
    this.problems = problems;
  }
}

/** `router.listen.port (line 12): given 99999; allowed: an integer from 1 to 65535; change the value`. */
export function formatProblem(problem: Problem, locate: (path: Problem["path"]) => string | undefined): string {
  const where = locate(problem.path);
  const given = problem.given === undefined ? "" : `given ${problem.given}; `;
  return `${formatPath(problem.path)}${where ? ` (${where})` : ""}: ${given}allowed: ${problem.allowed}; ${problem.fix}`;
}

/** A path as one writes it in YAML tools: `regions[0].name`; the root is `(root)`. */
export function formatPath(path: Problem["path"]): string {
  if (path.length === 0) return "(root)";
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    const step = /^[\w-]+$/.test(part) ? part : JSON.stringify(part);
    return text === "" ? step : `${text}.${step}`;
  }, "");
}

/** A value that satisfies a schema, or every problem that it has. */
export type Checked<T> =
  | { readonly success: true; readonly data: T }
  | { readonly success: false; readonly problems: Problem[] };

/**
 * Checks a value against a schema and finds every mistake in one go: rules between values, which Zod leaves out while
 * anything else is wrong, are checked on what is left without the wrong parts.
 */
export function check<T>(schema: z.ZodType<T>, value: unknown): Checked<T> {
  const result = schema.safeParse(value);
  if (result.success) return result;
  const { issues } = result.error;
  const broken = issues.some(isRule) ? [] : brokenRules(schema, value, issues);
  return { success: false, problems: [...issues, ...broken].flatMap((issue) => problemsOfIssue(issue, value, schema)) };
}

/** How often what is missing once a wrong part is left out may take its parent along. */
const rounds = 8;

function brokenRules(schema: z.core.$ZodType, value: unknown, issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  const rest: unknown = structuredClone(value);
  let wrong = issues;
  for (let round = 0; round < rounds; round++) {
    for (const path of wrong.flatMap(pathsOf)) leaveOut(rest, path.map(keyOf));
    const result = z.safeParse(schema, rest);
    if (result.success) return [];
    if (result.error.issues.some(isRule)) return result.error.issues.filter(isRule);
    wrong = result.error.issues;
  }
  return [];
}

const isRule = (issue: z.core.$ZodIssue): boolean => issue.code === "custom";

function pathsOf(issue: z.core.$ZodIssue): PropertyKey[][] {
  return issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
}

/** Removes what is at a path, or its nearest parent that is there; of a list the whole, so that no index changes. */
function leaveOut(value: unknown, path: readonly (string | number)[]): void {
  for (let length = path.length; length > 0; length--) {
    const key = path[length - 1];
    const parent = valueAt(value, path.slice(0, length - 1));
    if (typeof key !== "string" || typeof parent !== "object" || parent === null || !(key in parent)) continue;
    Reflect.deleteProperty(parent, key);
    return;
  }
}

const keyOf = (part: PropertyKey): string | number => (typeof part === "number" ? part : String(part));

function problemsOfIssue(issue: z.core.$ZodIssue, value: unknown, schema: z.core.$ZodType): Problem[] {
  const path = issue.path.map(keyOf);
  const found = valueAt(value, path);
  const given = describeGiven(path, found);
  const at = given === undefined ? { path } : { path, given };
  const fix = found === undefined ? "add it" : "change the value";
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey([...path, key], keysAt(schema, path, value)));
    case "invalid_union":
      return problemsOfUnion(issue, value, path, schema);
    case "invalid_value":
      return [{ ...at, allowed: oneOf(issue.values.map(String)), fix: nearestFix(found, issue.values.map(String)) }];
    case "invalid_type":
      return [{ ...at, allowed: article(issue.expected), fix }];
    case "custom": {
      const params = issue.params as { allowed?: string; fix?: string } | undefined;
      return [{ ...at, allowed: params?.allowed ?? issue.message, fix: params?.fix ?? fix }];
    }
    case "invalid_key":
      return [{ path, allowed: issue.issues.map((inner) => inner.message).join(" or "), fix: "rename the key" }];
    default:
      return [{ ...at, allowed: describeBound(issue), fix }];
  }
}

/** Of a union's branches the one that came furthest is the one that the person meant. */
function problemsOfUnion(
  issue: z.core.$ZodIssueInvalidUnion,
  value: unknown,
  path: (string | number)[],
  schema: z.core.$ZodType,
): Problem[] {
  const found = valueAt(value, path);
  const given = describeGiven(path, found);
  const at = given === undefined ? { path } : { path, given };
  if (issue.errors.length === 0) {
    const options = ("options" in issue && Array.isArray(issue.options) ? issue.options : []).map(String);
    return [{ ...at, allowed: oneOf(options), fix: nearestFix(found, options) }];
  }
  const branches = issue.errors.map((issues) =>
    issues.flatMap((inner) => problemsOfIssue({ ...inner, path: [...path, ...inner.path] }, value, schema)),
  );
  const depth = (problems: Problem[]) => Math.max(0, ...problems.map((problem) => problem.path.length));
  const furthest = [...branches].sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0];
  if (furthest && depth(furthest) > path.length) return furthest;
  const allowed = [...new Set(branches.flat().map((problem) => problem.allowed))].join(", or ");
  return [{ ...at, allowed, fix: found === undefined ? "add it" : "change the value" }];
}

function unknownKey(path: (string | number)[], known: readonly string[]): Problem {
  const nearest = nearestName(String(path.at(-1)), known);
  return {
    path,
    allowed: known.length > 0 ? `the keys ${[...known].sort().join(", ")}` : "no such key",
    fix: nearest ? `did you mean ${nearest}?` : "remove it",
  };
}

/** The keys that an object may have at a path, read from the schema; for a union those of its matching branch. */
function keysAt(schema: z.core.$ZodType, path: readonly (string | number)[], value: unknown): readonly string[] {
  let at: z.core.$ZodType[] = [schema];
  path.forEach((part, index) => {
    at = at.flatMap((type) => stepInto(branchesOf(type, valueAt(value, path.slice(0, index))), part));
  });
  const found = at.flatMap((type) => branchesOf(type, valueAt(value, path)));
  return [...new Set(found.flatMap(keysOf))];
}

type Definition = {
  readonly shape?: Record<string, z.core.$ZodType>;
  readonly innerType?: z.core.$ZodType;
  readonly in?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
  readonly keyType?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
  readonly discriminator?: string;
};

const definitionOf = (type: z.core.$ZodType): Definition => type._zod.def as Definition;

function keysOf(type: z.core.$ZodType): string[] {
  const { shape, keyType } = definitionOf(type);
  return shape ? Object.keys(shape) : [...(keyType?._zod.values ?? [])].map(String);
}

/** Unwraps optional, default and transformed types, and of a union takes the branches that the value may be. */
function branchesOf(type: z.core.$ZodType, value: unknown): z.core.$ZodType[] {
  const { innerType, in: input, options, discriminator } = definitionOf(type);
  const inner = innerType ?? input;
  if (inner) return branchesOf(inner, value);
  if (!options) return [type];
  const branches = options.flatMap((option) => branchesOf(option, value));
  if (!discriminator) return branches;
  const tag = valueAt(value, [discriminator]);
  return branches.filter((branch) => branch._zod.propValues?.[discriminator]?.has(tag as string) ?? true);
}

function stepInto(branches: readonly z.core.$ZodType[], part: string | number): z.core.$ZodType[] {
  return branches.flatMap((branch) => {
    const { shape, element, valueType } = definitionOf(branch);
    const next = shape?.[String(part)] ?? element ?? valueType;
    return next ? [next] : [];
  });
}

const oneOf = (values: readonly string[]): string =>
  values.length === 1 ? String(values[0]) : `one of ${values.join(", ")}`;

function nearestFix(given: unknown, values: readonly string[]): string {
  if (given === undefined) return "add it";
  const nearest = typeof given === "string" ? nearestName(given, values) : undefined;
  return nearest ? `did you mean ${nearest}?` : "change the value";
}

/** The known name that is nearest by edits, when it is near enough to be what was meant. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance || a.candidate.localeCompare(b.candidate));
  const best = ranked[0];
  return best && best.distance <= Math.max(2, Math.floor(best.candidate.length / 3)) ? best.candidate : undefined;
}

/** Levenshtein's distance: insertions, deletions and substitutions, each of cost 1. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, substitution));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

const secretKey = /key|secret|token|password|credential/i;

function describeGiven(path: readonly (string | number)[], given: unknown): string | undefined {
  if (given === undefined) return undefined;
  if (path.some((part) => typeof part === "string" && secretKey.test(part))) return "(not shown)";
  const text = JSON.stringify(given) ?? String(given);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let at: unknown = value;
  for (const part of path) {
    if (typeof at !== "object" || at === null) return undefined;
    at = (at as Record<string | number, unknown>)[part];
  }
  return at;
}

function describeBound(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "too_small":
      return `${boundNoun(issue.origin)} ${issue.inclusive === false ? "above" : "of at least"} ${issue.minimum}`;
    case "too_big":
      return `${boundNoun(issue.origin)} ${issue.inclusive === false ? "below" : "of at most"} ${issue.maximum}`;
    case "invalid_format":
      return issue.message.startsWith("Invalid")
        ? `a ${issue.format}${issue.pattern ? ` like ${issue.pattern}` : ""}`
        : issue.message;
    default:
      return issue.message;
  }
}

function boundNoun(origin: string): string {
  if (origin === "string") return "a text with a length";
  if (origin === "array" || origin === "set") return "a list with a length";
  return "a number";
}

function article(noun: string): string {
  if (noun === "int") return "a whole number";
  if (noun === "record") return "an object";
  return /^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`;
}
