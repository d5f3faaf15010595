import { createHash } from "node:crypto";
import { stringify } from "yaml";
import type { Registrations, Value, Values } from "../../infra/cost/index.ts";
import { renderJson } from "../../runtime/config/index.ts";
import type { StackConfig } from "../../stacks/config/index.ts";
import { placesOf } from "../../stacks/config/rule.ts";
import type { PlannedResource } from "../../stacks/plan/index.ts";
import { inputsOf, mapped } from "./inputs.ts";

export { lossesOf, type Recorded, recordOf } from "./losses.ts";

/** The stacks whose plans are kept. */
export const goldenStacks = ["local", "cluster", "dev", "prod", "airgap"] as const;

/**
 * A stack's plan as a reviewer reads it in a diff, by file: a line for each resource, in order of name, and in full what is
 * put into those of the first region (the others have the same, but for their hashes). What only an `up` computes, keys
 * and certificates above all, is unknown in both; what is made of the runtime's code is left out.
 */
export function goldensOf(
  plan: Registrations<PlannedResource>,
  stack: string,
  config: StackConfig,
): Map<string, string> {
  const resources = plan.resources
    .filter(({ type }) => type !== "pulumi:pulumi:Stack")
    .map((resource) => ({ ...resource, inputs: inputsOf(resource) }))
    .sort((a, b) => compare(a.name, b.name) || compare(a.type, b.type));
  const parents = new Map(plan.resources.map(({ urn, type }) => [urn, type]));
  const lines = resources.map(({ type, name, parent, inputs, protect, retained }) => {
    const hash = createHash("sha256").update(renderJson(inputs)).digest("hex").slice(0, 8);
    const part = parents.get(parent ?? "")?.replace(/^(?:hybrid-llm|pulumi:pulumi):/, "");
    const kept = [...(protect ? ["protected"] : []), ...(retained ? ["retained"] : [])];
    return [name, type, ...(part === undefined ? [] : [`in ${part}`]), hash, ...kept].join("  ");
  });
  const first = config.kind === "local" ? "" : `${placesOf(config)[0]?.name}-`;
  const shown = resources.filter(({ name, type }) => name.startsWith(first) && !type.startsWith("hybrid-llm:"));
  const documents = shown.map(({ type, name, inputs }) =>
    stringify(
      { resource: name, type, inputs: legible(inputs) },
      { sortMapEntries: bySense, lineWidth: 0, aliasDuplicateObjects: false },
    ),
  );
  return new Map([
    [`${stack}.txt`, `${[`${resources.length} resources`, "", ...lines].join("\n")}\n`],
    [`${stack}.yaml`, documents.join("---\n")],
  ]);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Whose resource it is comes before what is put into it. */
const order = ["resource", "type", "inputs"];
function bySense({ key: a }: { key: unknown }, { key: b }: { key: unknown }): number {
  const [one, other] = [order.indexOf(String(a)), order.indexOf(String(b))];
  return one !== -1 && other !== -1 ? one - other : compare(String(a), String(b));
}

/** Embedded JSON is laid out, so that a diff shows what changed in it. */
const legible = (inputs: Values): Value =>
  mapped(inputs, (text) => {
    if (!/^\s*[{[]/.test(text)) return text;
    try {
      return JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      return text;
    }
  });
