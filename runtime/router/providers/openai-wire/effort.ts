/**
 * The effort of a budget of thinking, in tokens: the smallest to which Google's own OpenAI-compatible endpoint gives
 * so many (low 1,024, medium 8,192, high 24,576); OpenAI names no numbers.
 */
export function effortOfBudget(tokens: number): "low" | "medium" | "high" {
  if (tokens <= 1_024) return "low";
  return tokens <= 8_192 ? "medium" : "high";
}
