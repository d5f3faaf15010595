import { arbitrageTiers, backendNames, type RouterConfig } from "../config/index.ts";
import type { Throttle } from "./alerts/index.ts";
import { estimate } from "./arbitrage/index.ts";
import type { Backend, Backends } from "./backends.ts";
import type { ChatQuestion } from "./providers/provider.ts";
import { type Wish, wishOfTier } from "./wish.ts";

export interface Throttled {
  readonly config: Pick<RouterConfig, "failoverChain" | "arbitrage">;
  readonly backends: Backends;
  /** What a typical request costs there; Infinity where nobody knows. */
  readonly priceOf: (backend: Backend, model: string) => number;
}

interface Priced extends Wish {
  readonly price: number;
}

/**
 * What `auto` asks for while a budget nears its end. The estimate stays what it is; tiers are ordered by what they cost.
 *
 * `cheaper`: the next cheaper tier than the estimated one, then that one, then dearer ones, then the other cheaper ones,
 * then the chain, cheapest first. One step and not the cheapest of all: the answer shall still be of use.
 *
 * `local`: the same of our own models: adequate ones, then smaller ones, then whatever else of our own there is.
 */
export function throttledWishes(
  { config, backends, priceOf }: Throttled,
  { level, why }: Throttle,
  question: Pick<ChatQuestion, "request">,
): Wish[] {
  const priced = ({ backend, model, reason }: Wish): Priced => {
    const name = model ?? backends[backend].models[0] ?? "";
    return { backend, ...(model === undefined ? {} : { model }), reason, price: priceOf(backends[backend], name) };
  };
  const chained = (reason: string) => (backend: Wish["backend"]) => priced({ backend, reason: `${reason}; ${why}` });
  const chain = config.failoverChain.map(chained("auto: cheapest of the chain")).sort(byPrice);
  const { below, rest } = tiersOf(config, backends, question, why, priced);
  if (level === "cheaper") return [...below.slice(-1), ...rest, ...below.slice(0, -1).reverse(), ...chain];
  const others = backendNames.map(chained("auto: our own models"));
  return [...rest, ...below.reverse(), ...chain, ...others].filter(({ backend }) => !backends[backend].cloud);
}

/** Tiers that are cheaper than the estimated one, and it with the dearer ones; each cheapest first. */
function tiersOf(
  { arbitrage: { strategy, tiers } }: Throttled["config"],
  backends: Backends,
  question: Pick<ChatQuestion, "request">,
  why: string,
  priced: (wish: Wish) => Priced,
): { below: Priced[]; rest: Priced[] } {
  if (strategy === "chain") return { below: [], rest: [] };
  const estimated = estimate(strategy, question.request);
  const { tier } = estimated;
  const all = arbitrageTiers.map((name) => {
    const wish = wishOfTier(name, tiers, backends, estimated);
    return { name, wish: priced({ ...wish, reason: `${wish.reason}; ${why}` }) };
  });
  const price = all.find(({ name }) => name === tier)?.wish.price ?? 0;
  const below = all.filter(({ wish }) => wish.price < price).map(({ wish }) => wish);
  // Of those that cost as much the estimated one, then larger ones: a smaller one would save nothing.
  const from = arbitrageTiers.indexOf(tier);
  const rest = all.filter(
    ({ name, wish }) => wish.price > price || (wish.price === price && arbitrageTiers.indexOf(name) >= from),
  );
  return { below: below.sort(byPrice), rest: rest.map(({ wish }) => wish).sort(byPrice) };
}

/** Keeps the order of those that cost the same. */
const byPrice = (one: Priced, other: Priced): number => (one.price === other.price ? 0 : one.price - other.price);
