import type { Usage } from "../../chat/index.ts";
import { isObject, type JsonObject, present } from "./values.ts";

/** Reads a usage object of the OpenAI wire; undefined where it is not one. An embedding has only a prompt. */
export function usageOf(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined;
  const { prompt_tokens: prompt, completion_tokens: completion = 0, total_tokens: total } = value;
  if (typeof prompt !== "number" || typeof completion !== "number") return undefined;
  const cached = detail(value.prompt_tokens_details, "cached_tokens");
  const cacheWrite = detail(value.prompt_tokens_details, "cache_write_tokens");
  const reasoning = detail(value.completion_tokens_details, "reasoning_tokens");
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: typeof total === "number" ? total : prompt + completion,
    ...(cached === undefined ? undefined : { cached_tokens: cached }),
    ...(cacheWrite === undefined ? undefined : { cache_write_tokens: cacheWrite }),
    ...(reasoning === undefined ? undefined : { reasoning_tokens: reasoning }),
  };
}

/** The same in the wire's own form; details that the provider did not count are left out. */
export function usageForm({ prompt_tokens, completion_tokens, total_tokens, ...details }: Usage): JsonObject {
  const { cached_tokens, cache_write_tokens, reasoning_tokens } = details;
  const prompt = present({ cached_tokens, cache_write_tokens });
  const completion = present({ reasoning_tokens });
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens,
    ...(Object.keys(prompt).length > 0 ? { prompt_tokens_details: prompt } : {}),
    ...(Object.keys(completion).length > 0 ? { completion_tokens_details: completion } : {}),
  };
}

function detail(details: unknown, name: string): number | undefined {
  const value = isObject(details) ? details[name] : undefined;
  return typeof value === "number" ? value : undefined;
}
