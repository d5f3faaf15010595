import { type BackendName, cloudBackends, type ModelPrices, type PriceConfig } from "../../../config/index.ts";
import { fromDollars, perHour, perMillion } from "../amount.ts";
import { listPrice } from "./list-prices.ts";
import type { Priced, Rates } from "./rates.ts";

/** List prices change at a date, or with the time of day: a lookup holds for so long. Milliseconds. */
const lookupMs = 60_000;
/** Names come from clients: not more of them are kept than this. */
const mostKept = 1_000;

interface Kept {
  readonly priced: Priced | undefined;
  readonly until: number;
}

/** What models cost: the configuration's prices first, then the public list prices; models of our own are free. */
export class Prices {
  readonly #configured: PriceConfig;
  readonly #kept = new Map<string, Kept>();

  constructor(configured: PriceConfig) {
    this.#configured = configured;
  }

  /**
   * @param now milliseconds since 1970
   * @returns undefined where nobody knows what the model costs: it may not be asked on a budget
   */
  priceOf(backend: BackendName, model: string, now: number = Date.now()): Priced | undefined {
    const address = `${backend}/${model}`;
    const kept = this.#kept.get(address);
    if (kept && now < kept.until) return kept.priced;
    const priced = this.#find(address, backend, model, now);
    if (this.#kept.size >= mostKept) this.#kept.clear();
    this.#kept.set(address, { priced, until: now + lookupMs - (now % lookupMs) });
    return priced;
  }

  #find(address: string, backend: BackendName, model: string, now: number): Priced | undefined {
    const configured = this.#configured[address];
    if (configured) return fromConfiguration(configured);
    return cloudBackends.includes(backend) ? listPrice(backend, model, new Date(now)) : ownModel;
  }
}

const nothing: Rates = {
  input: 0,
  cachedInput: 0,
  cacheWrite: 0,
  cacheWriteHour: 0,
  output: 0,
  reasoning: 0,
  audioInput: 0,
  audioOutput: 0,
};

const ownModel: Priced = {
  ...nothing,
  tiers: [],
  perRequest: 0,
  perMs: 0,
  source: "own model",
  free: true,
};

function fromConfiguration(prices: ModelPrices): Priced {
  const rates = ratesOf(prices);
  const tiers = prices.tiers
    .map(({ above, ...tier }) => ({ above, ...ratesOf(tier) }))
    .toSorted((a, b) => a.above - b.above);
  const perRequest = fromDollars(prices.perRequest) * 1_000;
  const perMs = perHour(prices.perGpuHour);
  const free = perRequest + perMs === 0 && [rates, ...tiers].every(costsNothing);
  return { ...rates, tiers, perRequest, perMs, source: "configuration", free };
}

const costsNothing = (rates: Rates): boolean =>
  (Object.keys(nothing) as (keyof Rates)[]).every((kind) => rates[kind] === 0);

function ratesOf(prices: Omit<ModelPrices, "tiers" | "perRequest" | "perGpuHour">): Rates {
  const { input, output, cacheWrite = input } = prices;
  return {
    input: perMillion(input),
    cachedInput: perMillion(prices.cachedInput ?? input),
    cacheWrite: perMillion(cacheWrite),
    cacheWriteHour: perMillion(prices.cacheWriteHour ?? cacheWrite),
    output: perMillion(output),
    reasoning: perMillion(prices.reasoning ?? output),
    audioInput: perMillion(prices.audioInput ?? input),
    audioOutput: perMillion(prices.audioOutput ?? output),
  };
}
