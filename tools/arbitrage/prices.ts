import { type ArbitrageTier, arbitrageTiers, RouterConfig } from "../../runtime/config/index.ts";

export const priceSource = "@pydantic/genai-prices 0.1.8 of 2026-09-23, list prices without cached input";

/** US dollars per million tokens. */
const prices: Readonly<Record<string, { readonly input: number; readonly output: number }>> = {
  "local/llama3:8b": { input: 0, output: 0 },
  "openai/gpt-5.4-mini": { input: 0.75, output: 4.5 },
  "openai/gpt-5.4": { input: 2.5, output: 15 },
};

export interface PricedModel {
  readonly model: string;
  /** US dollars per million tokens. */
  readonly input: number;
  readonly output: number;
}

/** Assumed tokens of an answer, by what the prompt needs: no model was asked. */
export const answerTokens: Readonly<Record<ArbitrageTier, number>> = { small: 120, medium: 500, large: 1_200 };

/** The default model of each tier with its price. */
export function pricedTiers(): Readonly<Record<ArbitrageTier, PricedModel>> {
  const { tiers } = RouterConfig.parse({}).arbitrage;
  const entries = arbitrageTiers.map((tier) => {
    const price = prices[tiers[tier]];
    if (!price) throw new Error(`tools/arbitrage/prices.ts has no price of ${tiers[tier]}, the default for ${tier}`);
    return [tier, { model: tiers[tier], ...price }] as const;
  });
  return Object.fromEntries(entries) as Record<ArbitrageTier, PricedModel>;
}
