import { z } from "zod";
import type { DeclaredManifest } from "../manifest.ts";
import { range } from "../range.ts";
import type { CostResource } from "../resource.ts";
import { plainProperties } from "../value.ts";
import { kinds, linesOf } from "./kinds.ts";

export { kinds } from "./kinds.ts";

const Entry = z.looseObject({
  type: z.string().min(1),
  region: z.string().min(1).optional(),
  name: z.string().min(1).optional(),
  quantity: range.prefault(1),
});
const List = z.union([
  z.array(Entry),
  z.strictObject({ resources: z.array(Entry) }).transform((file) => file.resources),
]);

/** A list of resources as the cost model takes it, with every mistake in it. */
export interface ReadList {
  readonly resources: readonly CostResource[];
  readonly manifests: readonly DeclaredManifest[];
  readonly mistakes: readonly string[];
}

/**
 * Reads a plain list: entries `{type, region, quantity?, name?, ...}`, where `type` is one of {@link kinds}, the id of a
 * figure of the price table (its `quantity` in that figure's unit), or a Pulumi type with its inputs, beside it or under
 * `inputs`.
 */
export function readList(value: unknown): ReadList {
  const parsed = List.safeParse(value);
  if (!parsed.success) {
    return { resources: [], manifests: [], mistakes: issuesOf(parsed.error, "") };
  }
  const resources: CostResource[] = [];
  const manifests: DeclaredManifest[] = [];
  const mistakes: string[] = [];
  for (const [index, { type, region, quantity, name = `${type}-${index + 1}`, ...rest }] of parsed.data.entries()) {
    if (type.includes(":")) {
      const count = quantity.expected;
      if (quantity.min !== quantity.max || !Number.isInteger(count) || count > 1000) {
        mistakes.push(`resources[${index}].quantity: a Pulumi type is counted in whole resources, at most 1000`);
        continue;
      }
      const properties = plainProperties("inputs" in rest ? rest.inputs : rest);
      for (let copy = 1; copy <= count; copy++) {
        const numbered = count === 1 ? name : `${name}-${copy}`;
        resources.push({ type, name: numbered, capability: "list", properties, ...(region ? { region } : {}) });
      }
      continue;
    }
    try {
      const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined;
      const bought = kind
        ? linesOf(kind, rest, quantity)
        : [{ price: known(type, rest), what: type, quantity, region: undefined }];
      const usage = bought.map((line) => ({
        price: line.price,
        what: line.what,
        quantity: line.quantity,
        region: line.region ?? region ?? missing(),
      }));
      manifests.push({ component: name, capability: type, manifest: { usage, charts: [] } });
    } catch (error) {
      const path = `resources[${index}]`;
      mistakes.push(
        ...(error instanceof z.ZodError ? issuesOf(error, `${path}.`) : [`${path}: ${(error as Error).message}`]),
      );
    }
  }
  return { resources, manifests, mistakes };
}

/** A figure's id has a dot: what has none and isn't a kind is a mistake. */
function known(type: string, rest: Record<string, unknown>): string {
  const [extra] = Object.keys(rest);
  if (!type.includes(".")) {
    throw new RangeError(
      `type ${JSON.stringify(type)}; allowed is one of ${Object.keys(kinds).join(", ")}, an id of the price table or a Pulumi type`,
    );
  }
  if (extra !== undefined) throw new RangeError(`${extra} is not allowed beside an id of the price table`);
  return type;
}

function missing(): never {
  throw new RangeError("region is missing; name one of the price table");
}

const issuesOf = (error: z.ZodError, prefix: string): string[] =>
  error.issues.map(({ path, message }) => `${prefix}${path.map(String).join(".")}: ${message}`);
