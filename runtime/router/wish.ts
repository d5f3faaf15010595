import { type ArbitrageTier, type BackendName, type RouterConfig, splitAddress } from "../config/index.ts";
import type { Backends } from "./backends.ts";

/** A target before it is known whether it can be asked; without a model its backend's default is meant. */
export interface Wish {
  readonly backend: BackendName;
  readonly model?: string;
  readonly reason: string;
  readonly askedFor?: boolean;
}

/** What `auto` asks for by one tier; `estimated` is the tier that the prompt was found to need. */
export function wishOfTier(
  name: ArbitrageTier,
  tiers: RouterConfig["arbitrage"]["tiers"],
  backends: Backends,
  estimated: { readonly tier: ArbitrageTier; readonly why: string },
): Wish {
  const [backend, model] = splitAddress(tiers[name]);
  const reason = name === estimated.tier ? estimated.why : `${estimated.why}; ${name} in its place`;
  // A model of our own that is not pulled: the backend's own default is as cheap.
  return { backend, reason, ...(backends[backend].has(model) ? { model } : {}) };
}
