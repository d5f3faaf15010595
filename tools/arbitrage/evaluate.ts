import type { ArbitrageTier } from "../../runtime/config/index.ts";
import type { LabelledPrompt } from "./labelled-set.ts";

/** How well a strategy's tiers fit the labels. This is agreement with the rubric; no answer was looked at. */
export interface Agreement {
  readonly prompts: number;
  /** Share of prompts whose tier is the label. */
  readonly agreement: number;
  /** Prompts labelled large that were called small. */
  readonly severe: number;
}

export type ChooseTier = (prompt: LabelledPrompt) => ArbitrageTier;

export function agreementOf(choose: ChooseTier, prompts: readonly LabelledPrompt[]): Agreement {
  const chosen = prompts.map((prompt) => ({ label: prompt.label, tier: choose(prompt) }));
  return {
    prompts: prompts.length,
    agreement: chosen.filter(({ label, tier }) => label === tier).length / prompts.length,
    severe: chosen.filter(({ label, tier }) => label === "large" && tier === "small").length,
  };
}
