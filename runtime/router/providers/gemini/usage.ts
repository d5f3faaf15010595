import type { Usage } from "../../chat/index.ts";
import { isObject } from "../../json.ts";

/**
 * Reads a usageMetadata; undefined where it counts no prompt. Google counts thoughts and the prompts of its own tools
 * apart from candidates and prompt; a count that is 0 is left out.
 */
export function usageOf(metadata: unknown): Usage | undefined {
  if (!isObject(metadata) || typeof metadata.promptTokenCount !== "number") return undefined;
  const count = (name: string): number => (typeof metadata[name] === "number" ? metadata[name] : 0);
  const [cached, thoughts] = [count("cachedContentTokenCount"), count("thoughtsTokenCount")];
  const prompt = metadata.promptTokenCount + count("toolUsePromptTokenCount");
  const completion = count("candidatesTokenCount") + thoughts;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    ...(cached > 0 ? { cached_tokens: cached } : {}),
    ...(thoughts > 0 ? { reasoning_tokens: thoughts } : {}),
  };
}
