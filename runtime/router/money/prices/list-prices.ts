import { calcPrice, type ModelPrice } from "@pydantic/genai-prices";
import type { BackendName } from "../../../config/index.ts";
import { perMillion } from "../amount.ts";
import type { Priced, Rates, Tier } from "./rates.ts";

/**
 * The one place that reads the public list prices: the data that the package brings along. It can also fetch newer data,
 * if it is told to (`updatePrices`); nobody tells it to, so the same build always charges the same.
 */
export const listPriceSource = "@pydantic/genai-prices 0.1.8";

const providers: Partial<Record<BackendName, string>> = { gemini: "google", claude: "anthropic", openai: "openai" };

/** What a chat or an embedding is billed by. Fees for searches and for generated pictures are not in it. */
const keys = {
  input: "input_mtok",
  cachedInput: "cache_read_mtok",
  cacheWrite: "cache_write_mtok",
  cacheWriteHour: "cache_write_1h_mtok",
  output: "output_mtok",
  audioInput: "input_audio_mtok",
  audioOutput: "output_audio_mtok",
} as const;

/** What such a model draws is dearer than what it writes, and usage doesn't tell the two apart. */
const pictures = ["output_image_mtok", "output_video_mtok"];

/** Undefined where the list has no price by tokens for it. */
export function listPrice(backend: BackendName, model: string, at: Date): Priced | undefined {
  const providerId = providers[backend];
  if (providerId === undefined) return undefined;
  const found = calcPrice({}, model, { providerId, timestamp: at });
  // A model whose text costs nothing is priced by something else: by minutes, or by a contract.
  const prices = found?.model_price;
  if (!found || !prices || !priceAt(prices, keys.input, 0)) return undefined;
  const writes = keys.output in prices || /embed/i.test(found.model.id);
  if (!writes || pictures.some((key) => key in prices)) return undefined;
  return {
    ...ratesAt(prices, 0),
    tiers: startsOf(prices).map((above): Tier => ({ above, ...ratesAt(prices, above + 1) })),
    perRequest: 0,
    perMs: 0,
    source: listPriceSource,
    free: false,
  };
}

function ratesAt(prices: ModelPrice, inputTokens: number): Rates {
  const price = (key: string, otherwise: number) => priceAt(prices, key, inputTokens) ?? otherwise;
  const input = price(keys.input, 0);
  const output = price(keys.output, 0);
  const cacheWrite = price(keys.cacheWrite, input);
  return {
    input: perMillion(input),
    cachedInput: perMillion(price(keys.cachedInput, input)),
    cacheWrite: perMillion(cacheWrite),
    cacheWriteHour: perMillion(price(keys.cacheWriteHour, cacheWrite)),
    output: perMillion(output),
    reasoning: perMillion(output),
    audioInput: perMillion(price(keys.audioInput, input)),
    audioOutput: perMillion(price(keys.audioOutput, output)),
  };
}

function priceAt(prices: ModelPrice, key: string, inputTokens: number): number | undefined {
  const price = prices[key];
  if (typeof price !== "object") return price;
  return price.tiers.reduce((current, tier) => (inputTokens > tier.start ? tier.price : current), price.base);
}

function startsOf(prices: ModelPrice): number[] {
  const starts = Object.values(keys).flatMap((key) => {
    const price = prices[key];
    return typeof price === "object" ? price.tiers.map(({ start }) => start) : [];
  });
  return [...new Set(starts)].toSorted((a, b) => a - b);
}
