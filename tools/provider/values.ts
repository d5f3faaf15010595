/**
 * Property values as a provider sees them, and their form on the wire.
 *
 * On the wire (`google.protobuf.Struct`) whatever is not plain JSON is an object with a signature key, or, for a value
 * that is not known yet, a magic string. Here a secret is a {@link Secret}, an unknown value is {@link unknown}, and
 * what the engine only passes through us (assets, archives, resource references) is {@link Opaque}.
 * Signatures: sdk/go/common/resource/properties.go of pulumi 3.259.
 */

const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const unknownSignatures = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9", // string, and what every SDK sends today
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);
const unknownSignature = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A value that state keeps encrypted. Never nested directly in another secret. */
export class Secret {
  readonly value: PropertyValue;
  constructor(value: PropertyValue) {
    this.value = value instanceof Secret ? value.value : value;
  }
}

/** The type of {@link unknown}. */
export class Unknown {
  /** A template literal that swallows an unknown value would make a wrong plan silently; this says so instead. */
  [Symbol.toPrimitive](): never {
    throw new TypeError("an unknown value was used as if it were known");
  }
}

/** A value that is known only after the `up`. There is one instance; `=== unknown` is a valid test. */
export const unknown: Unknown = new Unknown();

/** An asset, an archive or a resource reference, in its wire form. */
export class Opaque {
  readonly wire: WireObject;
  constructor(wire: WireObject) {
    this.wire = wire;
  }
}

export type PropertyValue =
  | null
  | boolean
  | number
  | string
  | Secret
  | Unknown
  | Opaque
  | readonly PropertyValue[]
  | PropertyMap;

export interface PropertyMap {
  readonly [property: string]: PropertyValue;
}

/** Plain JSON. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [property: string]: Plain };

type Wire = null | boolean | number | string | readonly Wire[] | WireObject;
interface WireObject {
  readonly [key: string]: Wire;
}

export function isMap(value: unknown): value is PropertyMap {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Secret) &&
    !(value instanceof Unknown) &&
    !(value instanceof Opaque)
  );
}

function isList(value: PropertyValue | undefined): value is readonly PropertyValue[] {
  return Array.isArray(value);
}

/** Builds an object whose keys may be anything, `__proto__` included. */
function mapEntries<In, Out>(
  object: { readonly [key: string]: In },
  change: (value: In, key: string) => Out | undefined,
): { [key: string]: Out } {
  const entries: [string, Out][] = [];
  for (const [key, value] of Object.entries(object)) {
    const changed = change(value, key);
    if (changed !== undefined) entries.push([key, changed]);
  }
  return Object.fromEntries(entries);
}

/** From the wire. An output value becomes its value, secret or unknown as it says; its dependencies are dropped. */
export function decode(wire: Wire): PropertyValue {
  if (typeof wire === "string") return unknownSignatures.has(wire) ? unknown : wire;
  if (wire === null || typeof wire !== "object") return wire;
  if (isWireList(wire)) return wire.map(decode);
  const signature = Object.hasOwn(wire, signatureKey) ? wire[signatureKey] : undefined;
  if (signature === undefined) return mapEntries(wire, decode);
  if (signature === secretSignature) return secret(decode(wire.value ?? null));
  if (signature === outputSignature) {
    const value = wire.value === undefined ? unknown : decode(wire.value);
    return wire.secret === true ? secret(value) : value;
  }
  return new Opaque(wire);
}

function isWireList(wire: Wire): wire is readonly Wire[] {
  return Array.isArray(wire);
}

/** To the wire. */
export function encode(value: PropertyValue): Wire {
  if (value instanceof Secret) return { [signatureKey]: secretSignature, value: encode(value.value) };
  if (value instanceof Unknown) return unknownSignature;
  if (value instanceof Opaque) return value.wire;
  if (isList(value)) return value.map(encode);
  if (isMap(value)) return mapEntries(value, encode);
  return value;
}

export function decodeMap(wire: object | undefined): PropertyMap {
  const value = decode((wire ?? {}) as WireObject);
  if (!isMap(value)) throw new TypeError("a property map was expected on the wire");
  return value;
}

export function encodeMap(map: PropertyMap): WireObject {
  return mapEntries(map, encode);
}

/** Marks a value secret; a secret stays one secret. */
export function secret(value: PropertyValue): Secret {
  return value instanceof Secret ? value : new Secret(value);
}

/** The same value without secret wrappers; unknown and opaque parts stay. */
export function reveal(value: PropertyValue): PropertyValue {
  if (value instanceof Secret) return reveal(value.value);
  if (isList(value)) return value.map(reveal);
  if (isMap(value)) return mapEntries(value, reveal);
  return value;
}

export function revealMap(map: PropertyMap): PropertyMap {
  return mapEntries(map, reveal);
}

export function containsUnknown(value: PropertyValue): boolean {
  return someValue(value, (part) => part instanceof Unknown);
}

export function containsSecret(value: PropertyValue): boolean {
  return someValue(value, (part) => part instanceof Secret);
}

function someValue(value: PropertyValue, test: (part: PropertyValue) => boolean): boolean {
  if (test(value)) return true;
  if (value instanceof Secret) return someValue(value.value, test);
  if (isList(value)) return value.some((part) => someValue(part, test));
  if (isMap(value)) return Object.values(value).some((part) => someValue(part, test));
  return false;
}

/**
 * From what a resource's code returns to a property map: `undefined` properties are left out; secrets and unknown
 * values may be among plain ones. Throws a TypeError that names the path of what can't be in a state.
 */
export function fromPlain(value: unknown, path = "state"): PropertyValue {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`${path}: ${value} can't be kept in a state`);
    return value;
  }
  if (value instanceof Unknown || value instanceof Opaque) return value;
  if (value instanceof Secret) return secret(fromPlain(value.value, path));
  if (Array.isArray(value)) return value.map((part: unknown, index) => fromPlain(part ?? null, `${path}[${index}]`));
  if (isMap(value) && (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null)) {
    return mapEntries<unknown, PropertyValue>(value, (part, key) =>
      part === undefined ? undefined : fromPlain(part, `${path}.${key}`),
    );
  }
  throw new TypeError(
    `${path}: a ${value instanceof Object ? value.constructor.name : typeof value} can't be kept in a state`,
  );
}

export function mapFromPlain(value: object, path = "state"): PropertyMap {
  const map = fromPlain(value, path);
  if (!isMap(map)) throw new TypeError(`${path}: an object was expected`);
  return map;
}

/**
 * Puts the secretness of `pattern` (inputs) on `value` (the same property in another map): secret where the pattern is
 * secret, and secret as a whole where the two have different shapes and the pattern holds a secret somewhere.
 */
export function secretAs(pattern: PropertyValue | undefined, value: PropertyValue): PropertyValue {
  if (pattern === undefined || value instanceof Secret) return value;
  if (pattern instanceof Secret) return secret(value);
  if (isList(pattern) && isList(value)) {
    if (pattern.length === value.length) return value.map((part, index) => secretAs(pattern[index], part));
  } else if (isMap(pattern) && isMap(value)) {
    const lost = Object.keys(pattern).some((key) => !Object.hasOwn(value, key) && containsSecret(pattern[key] ?? null));
    if (!lost) return mapEntries(value, (part, key) => secretAs(own(pattern, key), part));
  }
  return containsSecret(pattern) ? secret(value) : value;
}

export function secretMapAs(pattern: PropertyMap, map: PropertyMap): PropertyMap {
  return mapEntries(map, (value, key) => secretAs(own(pattern, key), value));
}

/** A map's own property; never `constructor` and the like of Object's prototype. */
export function own(map: PropertyMap, key: string): PropertyValue | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Shorter secrets ("1", "true", a port) turn up in other values by accident. */
const shortestTraceableSecret = 8;
const shortestRedactedSecret = 3;

function secretStrings(value: PropertyValue, inside = false): string[] {
  if (typeof value === "string") return inside ? [value] : [];
  if (value instanceof Secret) return secretStrings(value.value, true);
  if (isList(value)) return value.flatMap((part) => secretStrings(part, inside));
  if (isMap(value)) return Object.values(value).flatMap((part) => secretStrings(part, inside));
  return [];
}

/**
 * A net under `secretOutputs`: a property of `map` in which a secret string of `inputs` (8 characters or more) appears
 * is secret as well.
 */
export function markTraces(inputs: PropertyMap, map: PropertyMap): PropertyMap {
  const secrets = secretStrings(inputs).filter((text) => text.length >= shortestTraceableSecret);
  if (secrets.length === 0) return map;
  const bare = (value: PropertyValue): boolean => {
    if (typeof value === "string") return secrets.some((text) => value.includes(text));
    if (isList(value)) return value.some(bare);
    if (isMap(value)) return Object.values(value).some(bare);
    return false;
  };
  return mapEntries(map, (value) => (bare(value) ? secret(value) : value));
}

/** A message about `value` without what is secret in it. */
export function redact(message: string, value: PropertyValue): string {
  return secretStrings(value)
    .filter((text) => text.length >= shortestRedactedSecret)
    .toSorted((a, b) => b.length - a.length)
    .reduce((text, part) => text.replaceAll(part, "[secret]"), message);
}
