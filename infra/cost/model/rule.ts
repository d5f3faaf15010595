import type { PriceTable } from "../prices/index.ts";
import type { Range } from "../range.ts";
import type { Reader } from "../reader.ts";

/** One thing that a resource is billed for. */
export interface Part {
  /** In words: `node m7g.large`. */
  readonly what: string;
  /** The figure's id in the price table. */
  readonly price: string;
  /** In the figure's unit, at any time; hours are the table's. */
  readonly quantity: Range;
  /** Where the figure is, if not in the resource's region. */
  readonly region?: "global" | "cloudflare";
  /** Billed once for all resources that give the same key (a plan of an account). */
  readonly once?: string;
}

/** What else a model may look at: the region's other resources, and what has a price. */
export interface Surroundings {
  readonly region: string;
  readonly table: PriceTable;
  /** Resources of a type in the same region. */
  others(type: string): { readonly name: string; readonly inputs: Reader }[];
}

/** How resources of a type are priced. */
export type Rule =
  /** Costs nothing, and why. */
  | { readonly free: string }
  | {
      /** @throws Unpriceable */
      parts(inputs: Reader, around: Surroundings): Part[];
      /**
       * Figures that are billed by use, which no registration tells: for each list, one of its ids must be declared for
       * the region by some component's manifest, be it as zero.
       */
      usage?(inputs: Reader): (readonly string[])[];
    };

/** What a balancer's traffic is billed by. */
export const capacityUnit = { alb: "alb.lcu", nlb: "nlb.nlcu" } as const;

/** Rules by type token. */
export type Rules = Readonly<Record<string, Rule>>;

export const free = (why: string): Rule => ({ free: why });

/** One rule for several types. */
export const all = (types: readonly string[], rule: Rule): Rules =>
  Object.fromEntries(types.map((type) => [type, rule]));
