import { z } from "zod";
import { amount, range } from "./range.ts";
import type { Values } from "./value.ts";

const region = z.string().min(1);

/** Something that will be bought, by its figure in the price table. */
const Line = z.strictObject({
  /** An id of the price table: `nat.gateway`. */
  price: z.string().min(1),
  region,
  /** In the figure's unit: gateways, not gateway-hours; for what is billed by use, the month's amount. */
  quantity: range,
  what: z.string().min(1).optional(),
});

/** What a chart brings that preview can't look into. */
const Chart = z.strictObject({
  /** The logical name of its Release. */
  release: z.string().min(1),
  /** Balancers and volumes that it makes, as lines; an empty list says that it makes none. */
  lines: z.array(Line),
});

/** What a component says that it will cost: plain inputs of its own registration, under {@link manifestKey}. */
export const CostManifest = z.strictObject({
  /** What its resources cost by the hour and month, and is held against them; left out, they speak for themselves. */
  lines: z.array(Line).optional(),
  /** What is billed by use, as it is assumed; zero is said, not left out. */
  usage: z.array(Line).default([]),
  charts: z.array(Chart).default([]),
  /** What the routers of this component may spend on models a day; unlimited is not a number and so refused. */
  llmDailyUsd: amount.optional(),
});
export type CostManifest = z.output<typeof CostManifest>;
/** As a component writes it. */
export type CostManifestInput = z.input<typeof CostManifest>;
export type ManifestLine = z.output<typeof Line>;

/** The input of a component's registration that holds its manifest. */
export const manifestKey = "cost";

/** A component's manifest with where it was found. */
export interface DeclaredManifest {
  readonly component: string;
  readonly capability: string;
  readonly manifest: CostManifest;
}

/** What is wrong with a manifest, in words; undefined for a component that has none. */
export function readManifest(properties: Values): CostManifest | { readonly problem: string } | undefined {
  const found = properties[manifestKey];
  if (found === undefined || found === null) return undefined;
  const result = CostManifest.safeParse(found);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  return { problem: `${[manifestKey, ...(issue?.path ?? [])].join(".")}: ${issue?.message ?? "not a cost manifest"}` };
}

/** A manifest with its defaults filled in. @throws ZodError */
export const manifestOf = (input: CostManifestInput): CostManifest => CostManifest.parse(input);

/** A component's manifest, checked where it is written: a mistake is its author's, told at once. */
export const costManifest = (input: CostManifestInput): CostManifestInput => {
  CostManifest.parse(input);
  return input;
};
