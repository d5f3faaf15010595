import { isDeepStrictEqual } from "node:util";
import type { KubernetesObject } from "./objects.ts";

/** What the server, or a controller, says of an object, and nobody asks for. */
const serversOwn = new Set(["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"]);

/**
 * The inputs as the live object has them: where applying them again would change something, the live value takes their
 * place; everywhere else they stay as they were written (`1000m`, which the server tells as `1`).
 *
 * @param applied the live object as it would be if the inputs were applied to it
 */
export function driftedInputs(
  inputs: KubernetesObject,
  live: KubernetesObject,
  applied: KubernetesObject,
): KubernetesObject {
  const merged = merge(inputs, live, applied) as KubernetesObject;
  const { stringData } = inputs;
  if (!isObject(stringData) || !isObject(live.data) || !isObject(applied.data)) return merged;
  const [data, wanted] = [live.data, applied.data];
  const texts = Object.entries(stringData).flatMap(([key, text]) => {
    if (data[key] === wanted[key]) return [[key, text]];
    return typeof data[key] === "string" ? [[key, Buffer.from(data[key], "base64").toString()]] : [];
  });
  return { ...merged, stringData: Object.fromEntries(texts) as Record<string, unknown> };
}

function merge(input: unknown, live: unknown, applied: unknown): unknown {
  if (isDeepStrictEqual(live, applied)) return input;
  if (live === undefined) return undefined;
  if (Array.isArray(input) && Array.isArray(live) && Array.isArray(applied)) {
    if (live.length !== applied.length || input.length !== live.length) return live;
    return input.map((part: unknown, at) => merge(part, live[at], applied[at]));
  }
  if (!isObject(input) || !isObject(live) || !isObject(applied)) return live;
  // Secrets of which only stringData is given have no data among their inputs.
  return Object.fromEntries(
    Object.entries(input)
      .map(([key, part]) => [key, key in live || key in applied ? merge(part, live[key], applied[key]) : part])
      .filter(([, part]) => part !== undefined),
  );
}

/** What an import takes for inputs: all but what the server adds. */
export function importedInputs({ status: _, ...object }: KubernetesObject): KubernetesObject {
  const metadata = Object.entries(object.metadata ?? {}).filter(([key]) => !serversOwn.has(key));
  return { ...object, metadata: Object.fromEntries(metadata) };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
