import type { Reasoning } from "../../chat/index.ts";
import type { ModelTraits, ThinkingBudget } from "./models.ts";
import type { GeminiThinking, ThinkingLevel } from "./types.ts";

type Effort = NonNullable<Reasoning["effort"]>;

/** Google's own table of efforts (its page on OpenAI compatibility); it ends at high. */
const byEffort: Readonly<Record<Effort, { readonly level: ThinkingLevel; readonly budget: number }>> = {
  minimal: { level: "MINIMAL", budget: 1_024 },
  low: { level: "LOW", budget: 1_024 },
  medium: { level: "MEDIUM", budget: 8_192 },
  high: { level: "HIGH", budget: 24_576 },
  xhigh: { level: "HIGH", budget: 24_576 },
  max: { level: "HIGH", budget: 24_576 },
};

/**
 * How much the model may think: a level since Gemini 3, a number of tokens before, whichever of the two the client
 * used. Most models can't be kept from thinking: they then think as little as they can, and don't show it.
 */
export function thinkingOf(reasoning: Reasoning | undefined, { thinking }: ModelTraits): GeminiThinking | undefined {
  if (reasoning === undefined) return undefined;
  const amount =
    "levels" in thinking
      ? { thinkingLevel: levelOf(reasoning, thinking.levels) }
      : { thinkingBudget: budgetOf(reasoning, thinking.budget) };
  return reasoning.enabled === false ? amount : { ...amount, includeThoughts: true };
}

function levelOf(
  { enabled, effort, budgetTokens }: Reasoning,
  levels: readonly ThinkingLevel[],
): ThinkingLevel | undefined {
  if (enabled === false) return levels[0];
  const level = effort ? byEffort[effort].level : budgetTokens === undefined ? undefined : levelFor(budgetTokens);
  return level === undefined || levels.includes(level) ? level : levels[0];
}

function levelFor(tokens: number): ThinkingLevel {
  if (tokens <= byEffort.low.budget) return "LOW";
  return tokens <= byEffort.medium.budget ? "MEDIUM" : "HIGH";
}

function budgetOf({ enabled, effort, budgetTokens }: Reasoning, { min, max, off }: ThinkingBudget): number | undefined {
  if (enabled === false) return off ? 0 : min;
  const tokens = budgetTokens ?? (effort ? byEffort[effort].budget : undefined);
  return tokens === undefined ? undefined : Math.min(max, Math.max(min, tokens));
}
