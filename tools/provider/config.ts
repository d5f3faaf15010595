import { type Checked, checkInputs, type InputSchema } from "./schema.ts";
import { own, type PropertyMap, type PropertyValue, reveal, Secret, secret } from "./values.ts";

/** What the engine adds to a provider's arguments. */
const enginesOwn = new Set(["version", "pluginDownloadURL", "pluginChecksums", "__internal"]);

export function ownArguments(map: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !enginesOwn.has(key)));
}

/**
 * Validates a provider's arguments. SDKs send whatever isn't a string as JSON text, and text as it is; which of the two
 * it was, only the schema can tell: text that it refuses is read as JSON once.
 */
export function checkConfig(schema: InputSchema<object> | undefined, news: PropertyMap): Checked {
  const given = ownArguments(news);
  if (schema === undefined) return { inputs: given, failures: [] };
  const first = checkInputs(schema, given);
  if (first.failures.length === 0) return first;
  const refused = new Set(first.failures.map(({ property }) => property.split(/[.[]/, 1)[0] ?? ""));
  const second: Record<string, PropertyValue> = { ...given };
  for (const key of refused) {
    const value = own(given, key);
    if (value === undefined) continue;
    const json = fromJson(reveal(value));
    if (json !== undefined) second[key] = value instanceof Secret ? secret(json) : json;
  }
  return checkInputs(schema, second);
}

function fromJson(value: PropertyValue): PropertyValue | undefined {
  if (typeof value !== "string") return undefined;
  try {
    return JSON.parse(value) as PropertyValue;
  } catch {
    return undefined;
  }
}
