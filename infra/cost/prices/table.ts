import { z } from "zod";
import { mapped, type Range } from "../range.ts";
import { Unpriceable } from "../reader.ts";

/** An hour's price counts this many times a month, as AWS's own calculator does. */
export const hoursPerMonth = 730;
/** A day's amount counts this many times a month. */
export const daysPerMonth = 30.4;
/** A table that was built longer ago than this is told to be old. */
export const staleAfterDays = 90;

const Figure = z.strictObject({
  id: z.string(),
  region: z.string(),
  usd: z.number().min(0),
  unit: z.string(),
  /** Whether `usd` is for an hour of a unit, a month of it, or its use. */
  per: z.enum(["hour", "month", "use"]),
  /** How many units `usd` is for. */
  size: z.number().positive().optional(),
  /** Units a month that cost nothing. */
  included: z.number().positive().optional(),
  /** The figure holds up to this many units a month; there is none for more. */
  upTo: z.number().positive().optional(),
  tiers: z.array(z.strictObject({ from: z.number().min(0), usd: z.number().min(0) })).optional(),
  sources: z.array(z.string()).min(1),
  /** The newest dated source. */
  date: z.iso.date().nullable(),
  confidence: z.enum(["two-sources", "one-source", "derived"]),
  note: z.string().optional(),
});
export type Figure = z.infer<typeof Figure>;

const Source = z.looseObject({
  kind: z.string(),
  ref: z.string(),
  path: z.string().optional(),
  date: z.string().optional(),
});

/** The form of `prices.json`; its README tells where the figures come from. */
export const PriceFile = z.strictObject({
  built: z.iso.date(),
  currency: z.literal("USD"),
  hoursPerMonth: z.literal(hoursPerMonth),
  basis: z.string(),
  regions: z.record(z.string(), z.string()),
  confidence: z.record(z.string(), z.string()),
  figures: z.array(Figure),
  notOffered: z.array(z.looseObject({ id: z.string(), region: z.string() })),
  missing: z.array(z.looseObject({ id: z.string(), region: z.string(), why: z.string() })),
  conflicts: z.array(z.looseObject({ what: z.string(), kept: z.string(), why: z.string() })),
  sources: z.record(z.string(), Source),
});
export type PriceFile = z.infer<typeof PriceFile>;

/** Dated list prices, by what is bought and where. */
export class PriceTable {
  readonly built: string;
  readonly #figures: ReadonlyMap<string, Figure>;
  readonly #notOffered: ReadonlySet<string>;
  readonly #regions: ReadonlySet<string>;

  constructor(file: PriceFile) {
    this.built = file.built;
    this.#figures = new Map(file.figures.map((figure) => [keyOf(figure.id, figure.region), figure]));
    this.#notOffered = new Set(file.notOffered.map(({ id, region }) => keyOf(id, region)));
    this.#regions = new Set(Object.keys(file.regions));
    if (this.#figures.size !== file.figures.length) throw new Error("a price is twice in the table");
    for (const { id, sources } of file.figures) {
      const unknown = sources.find((source) => !(source in file.sources));
      if (unknown) throw new Error(`the price ${id} names a source that the table doesn't have: ${unknown}`);
    }
  }

  /** @throws Unpriceable where there is no figure; another region's is never taken */
  figure(id: string, region: string): Figure {
    const found = this.#figures.get(keyOf(id, region));
    if (found) return found;
    if (this.isNotOffered(id, region)) throw new Unpriceable(`${id} isn't offered in ${region}`);
    if (!this.#regions.has(region)) throw new Unpriceable(`the price table has no region ${region}`);
    throw new Unpriceable(`the price table has no ${id} for ${region}`);
  }

  has(id: string, region: string): boolean {
    return this.#figures.has(keyOf(id, region));
  }

  isNotOffered(id: string, region: string): boolean {
    return this.#notOffered.has(keyOf(id, region));
  }

  /** Whole days since the table was built. */
  ageInDays(now: Date): number {
    return Math.floor((now.getTime() - Date.parse(`${this.built}T00:00:00Z`)) / 86_400_000);
  }
}

/** US dollars a month for a quantity of what a figure prices. */
export function monthlyOf(figure: Figure, quantity: Range): Range {
  return mapped(quantity, (units) => priced(figure, units));
}

function priced({ id, region, usd, per, size = 1, included = 0, upTo, tiers }: Figure, units: number): number {
  if (upTo !== undefined && units > upTo) {
    throw new Unpriceable(`the price table has no ${id} for ${region} above ${upTo} a month; given ${units}`);
  }
  const hours = per === "hour" ? hoursPerMonth : 1;
  if (!tiers) return (Math.max(0, units - included) / size) * usd * hours;
  return tiers.reduce((total, { from, usd: price }, index) => {
    const to = tiers[index + 1]?.from ?? Number.POSITIVE_INFINITY;
    return total + Math.max(0, Math.min(units, to) - from) * price * hours;
  }, 0);
}

const keyOf = (id: string, region: string): string => `${id} ${region}`;
