import { homedir } from "node:os";
import { unknownValue, type Value, type Values } from "../../infra/cost/index.ts";
import { stateDirectory } from "../../infra/machine/index.ts";
import type { PlannedResource } from "../../stacks/plan/index.ts";

/** Bundles are named and hashed by the runtime's code, which would change goldens with every line of it. */
const madeOfCode = new Set(["bundle", "supervisor", "content"]);

/** What is put into a resource, the same on every machine; a word stands for what isn't known before an `up`. */
export function inputsOf({ type, properties }: PlannedResource): Values {
  const own = type.startsWith("machine:") || type.startsWith("cloudflare:index/worker");
  const entries = Object.entries(properties).filter(([key]) => !(own && madeOfCode.has(key)));
  const atHome = type.startsWith("pulumi:providers:") ? homeless : (text: string) => text;
  return mapped(Object.fromEntries(entries), (text) => atHome(placeless(text))) as Values;
}

/** As a person writes it. Providers read files here; `/root/` of a pod is another place. */
const homeless = (text: string): string =>
  text.startsWith(`${homedir()}/`) ? `~${text.slice(homedir().length)}` : text;

/** Without the place where this person has the state. */
const placeless = (text: string): string => text.replaceAll(stateDirectory(), "$STATE");

/** A copy with other texts. */
export function mapped(value: Value, change: (text: string) => string): Value {
  if (value === unknownValue) return "(computed)";
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((inner: Value) => mapped(inner, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapped(inner as Value, change)]));
}
