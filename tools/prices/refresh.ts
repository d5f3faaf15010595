import type { Figure, PriceFile } from "../../infra/cost/prices/index.ts";
import { type Offer, priceOf } from "./bulk.ts";
import { matchOf } from "./matches.ts";

/** The source that refreshed figures name. */
export const bulkSource = "aws:price-list";

export interface Refreshed {
  readonly file: PriceFile;
  readonly changed: readonly string[];
  /** Figures that the price list should have and that stayed as they were, with the reason. */
  readonly kept: readonly string[];
}

/**
 * The table with today's figures of AWS's price list. A figure that isn't found exactly once stays as it is, with its old
 * source and date; nothing is removed.
 *
 * @param offerOf asked once for each service and region
 * @param today the table's new day, YYYY-MM-DD
 */
export async function refreshed(
  file: PriceFile,
  offerOf: (service: string, region: string) => Promise<Offer>,
  today: string,
): Promise<Refreshed> {
  const changed: string[] = [];
  const kept: string[] = [];
  const figures: Figure[] = [];
  const offers = new Map<string, Promise<Offer>>();
  for (const figure of file.figures) {
    const { id, region, usd } = figure;
    const match = matchOf(id);
    if (!match || !/^[a-z]{2}-[a-z]+-\d$/.test(region)) {
      figures.push(figure);
      continue;
    }
    try {
      const key = `${match.service} ${region}`;
      if (!offers.has(key)) offers.set(key, offerOf(match.service, region));
      const offer = (await offers.get(key)) as Offer;
      const price = priceOf(offer, match);
      if (price !== usd) changed.push(`${id} ${region}: ${usd} → ${price}`);
      const { note: _, ...rest } = figure;
      const date = offer.publicationDate.slice(0, 10);
      figures.push({ ...rest, usd: price, sources: [bulkSource], date, confidence: "one-source" });
    } catch (error) {
      kept.push(`${id} ${region}: ${(error as Error).message}`);
      figures.push(figure);
    }
  }
  const source = { kind: "price-list", ref: "pricing.us-east-1.amazonaws.com/offers/v1.0/aws", date: today };
  const found = figures.some(({ sources }) => sources.includes(bulkSource));
  return {
    file: found ? { ...file, built: today, figures, sources: { ...file.sources, [bulkSource]: source } } : file,
    changed,
    kept,
  };
}

/** A price file as text, a figure a line. */
export function written(file: PriceFile): string {
  const parts = Object.entries(file).map(([key, value]) => {
    const name = `  ${JSON.stringify(key)}: `;
    if (Array.isArray(value)) return `${name}[\n${value.map((each) => `    ${JSON.stringify(each)}`).join(",\n")}\n  ]`;
    if (key !== "sources") return `${name}${JSON.stringify(value)}`;
    const lines = Object.entries(value).map(([id, source]) => `    ${JSON.stringify(id)}: ${JSON.stringify(source)}`);
    return `${name}{\n${lines.join(",\n")}\n  }`;
  });
  return `{\n${parts.join(",\n")}\n}\n`;
}
