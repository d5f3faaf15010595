import { z } from "zod";

/**
 * The part of AWS's public price list that is read here: one service in one region,
 * `https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/<service>/current/<region>/index.json`.
 */
export const Offer = z.object({
  publicationDate: z.string(),
  products: z.record(
    z.string(),
    z.object({ productFamily: z.string().optional(), attributes: z.record(z.string(), z.string()) }),
  ),
  terms: z.object({
    OnDemand: z
      .record(
        z.string(),
        z.record(
          z.string(),
          z.object({
            priceDimensions: z.record(
              z.string(),
              z.object({
                unit: z.string(),
                beginRange: z.string().optional(),
                pricePerUnit: z.object({ USD: z.string().optional() }),
              }),
            ),
          }),
        ),
      )
      .optional(),
  }),
});
export type Offer = z.infer<typeof Offer>;

/** Which product a figure is, by attributes of the price list. */
export interface Match {
  /** The service's code: `AmazonEC2`. */
  readonly service: string;
  /** Attributes as they must be; `usagetype` without the region's prefix (`EU-`, `APN1-`). */
  readonly attributes: Readonly<Record<string, string>>;
  readonly family?: string;
  /** How many of the list's units the figure is for: the list prices one request, the table ten thousand. */
  readonly size?: number;
}

/**
 * The price of what matches: that of its first tier that isn't free.
 *
 * @throws RangeError where nothing matches, or products of different prices do: then the figure must stay as it is
 */
export function priceOf(offer: Offer, { attributes, family, size = 1 }: Match): number {
  const prices = new Set(
    Object.entries(offer.products)
      .filter(([, product]) => family === undefined || product.productFamily === family)
      .filter(([, product]) =>
        Object.entries(attributes).every(([key, value]) => matches(product.attributes, key, value)),
      )
      .flatMap(([sku]) => firstPrice(offer, sku) ?? []),
  );
  const [price] = prices;
  if (price === undefined) throw new RangeError("no product of the list matches");
  if (prices.size > 1) throw new RangeError(`products of ${prices.size} different prices match`);
  return Math.round(price * size * 1e8) / 1e8;
}

function matches(attributes: Readonly<Record<string, string>>, key: string, wanted: string): boolean {
  const found = attributes[key];
  return key === "usagetype" ? found?.replace(/^[A-Z]{2,4}\d?-/, "") === wanted : found === wanted;
}

function firstPrice(offer: Offer, sku: string): number | undefined {
  return Object.values(offer.terms.OnDemand?.[sku] ?? {})
    .flatMap(({ priceDimensions }) => Object.values(priceDimensions))
    .map(({ beginRange = "0", pricePerUnit: { USD = "" } }) => ({
      from: Number(beginRange),
      usd: Number(USD || Number.NaN),
    }))
    .filter(({ usd }) => usd > 0)
    .sort((a, b) => a.from - b.from)[0]?.usd;
}
