import type { Estimate } from "./estimate.ts";
import { type EstimatedRequest, lastUserText } from "./prompt.ts";

const shortPrompt = 100;

/**
 * The rule as it was required, in the order of its words: a last user prompt under 100 characters is small; one that
 * contains "analyze" is large; any other is medium. So a short prompt is small even if it says "analyze". Characters
 * are Unicode code points, white space included. Upper and lower case are the same; "analyzed" contains the word;
 * "analyse" doesn't: a literal rule keeps its letters, and the estimator knows both.
 *
 * The whole prompt is searched, because the rule says so: a millisecond or two for a million characters.
 */
export function thresholds({ messages }: Pick<EstimatedRequest, "messages">): Estimate {
  const prompt = lastUserText(messages);
  if (isShorter(prompt, shortPrompt)) return { tier: "small", why: "auto: thresholds, under 100 characters -> small" };
  if (/analyze/i.test(prompt)) return { tier: "large", why: "auto: thresholds, contains analyze -> large" };
  return { tier: "medium", why: "auto: thresholds, 100 characters or more -> medium" };
}

/** A code point is one or two units of a string, so long prompts needn't be counted. */
function isShorter(text: string, codePoints: number): boolean {
  return text.length < 2 * codePoints && [...text].length < codePoints;
}
