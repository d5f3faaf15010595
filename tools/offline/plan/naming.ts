import { createHash } from "node:crypto";
import type { CheckContext, PropertyMap, PropertyValue } from "../../provider/index.ts";
import { own } from "../../provider/values.ts";

/** How a physical name is made where the program gives none. */
export interface Naming {
  readonly property: string;
  /** An argument that makes the name in another way: with it none is made here. */
  readonly instead?: string;
  /** From the logical name; the seven hexadecimal digits come after it. */
  readonly from?: (logicalName: string) => string;
}

/**
 * Fills in a physical name as the official providers do: the logical name and seven hexadecimal digits, the same in the
 * preview and in the `up` after it, and the same as long as the resource lives.
 */
export function withName(naming: Naming | undefined, inputs: PropertyMap, context: CheckContext): PropertyMap {
  if (naming === undefined || given(inputs, naming.property)) return inputs;
  if (naming.instead !== undefined && given(inputs, naming.instead)) return inputs;
  const before = own(context.olds, naming.property);
  const name = before ?? `${(naming.from ?? same)(context.name)}-${digits(context.randomSeed, 7)}`;
  return { ...inputs, [naming.property]: name };
}

/** Whether a name is one that {@link withName} made for this logical name. */
export function isMadeUp(name: PropertyValue, naming: Naming, logicalName: string): boolean {
  const start = `${(naming.from ?? same)(logicalName)}-`;
  return typeof name === "string" && name.startsWith(start) && /^[0-9a-f]{7}$/.test(name.slice(start.length));
}

/** So many hexadecimal digits, the same for the same seed. */
export function digits(seed: Uint8Array, count: number): string {
  return createHash("sha256").update(seed).digest("hex").slice(0, count);
}

const same = (name: string): string => name;

function given(inputs: PropertyMap, property: string): boolean {
  const value: PropertyValue | undefined = own(inputs, property);
  return value !== undefined && value !== null;
}
