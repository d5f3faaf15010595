import type { MessageParam, ThinkingConfigParam } from "@anthropic-ai/sdk/resources/messages";
import type { Reasoning } from "../../chat/index.ts";
import type { ClaudeModel, Effort } from "./models.ts";

export interface Thinking {
  readonly thinking?: ThinkingConfigParam;
  readonly effort?: Effort;
}

/** The smallest `budget_tokens` that Anthropic takes, and beyond which its documentation sees little gain. */
const [minBudget, maxBudget] = [1_024, 32_000];

/** Where thinking has a budget and no levels: the part of the output's limit that a level may think. */
const shares = { minimal: 0.1, low: 0.2, medium: 0.5, high: 0.8, xhigh: 0.9, max: 0.9 } as const;

const order = ["minimal", "low", "medium", "high", "xhigh", "max"] as const;

/**
 * How a model is asked to think: adaptively with an effort where it can, else with a budget.
 *
 * @param limit of the output's tokens, thoughts included
 */
export function thinkingOf(reasoning: Reasoning | undefined, model: ClaudeModel, limit: number | undefined): Thinking {
  if (!reasoning) return {};
  const { enabled, effort, budgetTokens } = reasoning;
  if (enabled === false) {
    const off = model.thinking.includes("between_tools") && !model.thinking.includes("disabled");
    return { thinking: { type: off ? "between_tools" : "disabled" } };
  }
  const level = effort && nearest(effort, model.efforts);
  const leveled = level ? { effort: level } : {};
  if (budgetTokens !== undefined) return { thinking: { type: "enabled", budget_tokens: budgetTokens }, ...leveled };
  if (model.thinking.includes("adaptive")) return { thinking: { type: "adaptive" }, ...leveled };
  const share = Math.floor((limit ?? maxBudget) * shares[effort ?? "medium"]);
  return { thinking: { type: "enabled", budget_tokens: Math.min(maxBudget, Math.max(minBudget, share)) } };
}

/** The highest of a model's levels that is not above the wanted one, so that nobody pays for more; else its lowest. */
function nearest(wanted: NonNullable<Reasoning["effort"]>, efforts: readonly Effort[]): Effort | undefined {
  return efforts.findLast((effort) => order.indexOf(effort) <= order.indexOf(wanted)) ?? efforts[0];
}

/**
 * Whether the conversation stands in the middle of a turn that began without a thought: calls of tools have been
 * answered, and the thought before them is gone, as most clients of other wires don't send it back. Thinking with a
 * budget can't begin there.
 */
export function resumesUnthought(messages: readonly MessageParam[]): boolean {
  const [turn, answer] = messages.slice(-2);
  const results = Array.isArray(answer?.content) && answer.content[0]?.type === "tool_result";
  const first = Array.isArray(turn?.content) ? turn.content[0]?.type : undefined;
  return results && first !== "thinking" && first !== "redacted_thinking";
}
