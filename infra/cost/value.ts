/** The type of {@link unknownValue}: it has one instance. */
class Unknown {
  readonly unknown = true;
}

/** Stands for what isn't known yet: an output that only an `up` computes. Compared by identity. */
export const unknownValue: Unknown = Object.freeze(new Unknown());

/** What a registration holds, as plain data. */
export type Value = null | boolean | number | string | Unknown | readonly Value[] | Values;
export interface Values {
  readonly [key: string]: Value;
}

/** The engine's stand-ins for an unknown boolean, number, string, list, asset, archive and object. */
const sentinels: ReadonlySet<unknown> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);
/** Marks a secret, an output or an asset in the engine's own JSON. */
const signatureKey = "4dabf18193072939515e22adb298388d";

/**
 * A copy of properties from anywhere: a policy's arguments (whose every read may throw for an unknown value), mocks, or
 * a plan's JSON. Each read is guarded by itself, so what can't be read becomes {@link unknownValue} and nothing else is
 * lost. Never throws.
 */
export function plainOf(raw: unknown): Value {
  try {
    return copied(raw, 0);
  } catch {
    return unknownValue;
  }
}

/** As {@link plainOf}, for the properties of a resource. */
export function plainProperties(raw: unknown): Values {
  const plain = plainOf(raw);
  return isValues(plain) ? plain : {};
}

function copied(raw: unknown, depth: number): Value {
  if (raw === null || raw === undefined) return null;
  if (typeof raw === "boolean") return raw;
  if (typeof raw === "number") return Number.isFinite(raw) ? raw : unknownValue;
  if (typeof raw === "string") return sentinels.has(raw) ? unknownValue : raw;
  if (typeof raw !== "object" || depth > 64) return unknownValue;
  if (Array.isArray(raw)) {
    return Array.from({ length: raw.length }, (_, index) => guarded(() => raw[index], depth));
  }
  const keys = Object.keys(raw);
  if (keys.includes(signatureKey) || "__pulumiUnknown" in raw || "__pulumiOutput" in raw) return unknownValue;
  const object = raw as Record<string, unknown>;
  const result: Record<string, Value> = Object.create(null);
  for (const key of keys) {
    const value = guarded(() => object[key], depth);
    if (value !== null) result[key] = value;
  }
  return result;
}

function guarded(read: () => unknown, depth: number): Value {
  try {
    return copied(read(), depth + 1);
  } catch {
    return unknownValue;
  }
}

export function isValues(value: Value | undefined): value is Values {
  return typeof value === "object" && value !== null && value !== unknownValue && !Array.isArray(value);
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}
