import type { ArbitrageTier } from "../../config/index.ts";
import type { Estimate } from "./estimate.ts";
import { type FeatureName, featureNames, features, featuresOf } from "./features.ts";
import { type EstimatedRequest, type Prompt, readPrompt } from "./prompt.ts";
import fitted from "./weights.json" with { type: "json" };

/** What a fit gives: see tools/arbitrage. */
export interface Weights {
  readonly weights: Readonly<Record<FeatureName, number>>;
  /** The score at which a tier begins. */
  readonly cuts: { readonly medium: number; readonly large: number };
}

/** A local model's usual context, less room for its answer; more would be cut off without a word. */
const smallContextTokens = 6_000;

/**
 * Estimates by the form and the words of a prompt which tier it needs: a proportional-odds model over the features of
 * `featuresOf`, with weights fitted to prompts labelled by a rubric. Nothing leaves the process. Reads at most
 * `excerptLength` characters of the prompt and some of what is before it, so that a huge one takes no longer.
 */
export const estimator = estimatorWith(fitted);

export function estimatorWith({ weights, cuts }: Weights): (request: EstimatedRequest) => Estimate {
  const weightOf = featureNames.map((name) => weights[name]);
  const middle = (cuts.medium + cuts.large) / 2;
  return (request) => {
    const prompt = readPrompt(request);
    const moves = featuresOf(request, prompt).map((value, j) => value * (weightOf[j] ?? 0));
    const sum = moves.reduce((total, move) => total + move, 0);
    const scored = sum < cuts.medium ? "small" : sum < cuts.large ? "medium" : "large";
    const beyond = scored === "small" ? beyondSmall(request, prompt) : [];
    const tier = beyond.length > 0 ? "medium" : scored;
    const reasons = beyond.length > 0 ? beyond : mainReasons(moves, tier);
    const score = 1 / (1 + Math.exp(middle - sum));
    return { tier, score, why: `auto: estimator ${score.toFixed(2)} -> ${tier} (${reasons.slice(0, 3).join(", ")})` };
  };
}

/** What the small tier can't do, however easy the prompt is. */
function beyondSmall({ tools, reasoning }: EstimatedRequest, { media, totalLength }: Prompt): string[] {
  const reasons: string[] = [];
  if (tools.length > 0) reasons.push("tools");
  if (media > 0) reasons.push("image or document");
  if (reasoning && reasoning.enabled !== false && reasoning.effort !== "minimal") reasons.push("reasoning");
  if (totalLength / 4 > smallContextTokens) reasons.push("long context");
  return reasons;
}

/** What moved the score most: downwards for a small prompt, upwards for others. */
function mainReasons(moves: readonly number[], tier: ArbitrageTier): string[] {
  const direction = tier === "small" ? -1 : 1;
  const strongest = featureNames
    .map((name, j) => ({ reason: features[name].reason, strength: direction * (moves[j] ?? 0) }))
    .filter(({ strength }) => strength > 0)
    .sort((a, b) => b.strength - a.strength);
  const reasons = [...new Set(strongest.map(({ reason }) => reason))];
  return reasons.length > 0 ? reasons : ["nothing hard"];
}
