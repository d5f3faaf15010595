import type { MessageDeltaUsage } from "@anthropic-ai/sdk/resources/messages";
import type { Usage } from "../../chat/index.ts";
import { isObject } from "./json.ts";

/**
 * Reads this wire's usage. It counts what a cache took or gave beside `input_tokens`, not in it.
 *
 * @returns undefined where it is none
 */
export function usageOf(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined;
  const { input_tokens: input, output_tokens: output, output_tokens_details: details } = value;
  const { cache_read_input_tokens: read, cache_creation_input_tokens: written } = value;
  if (typeof input !== "number" || typeof output !== "number") return undefined;
  const prompt = input + countOf(read) + countOf(written);
  return {
    prompt_tokens: prompt,
    completion_tokens: output,
    total_tokens: prompt + output,
    ...(typeof read === "number" ? { cached_tokens: read } : {}),
    ...(typeof written === "number" ? { cache_write_tokens: written } : {}),
    ...(isObject(details) && typeof details.thinking_tokens === "number"
      ? { reasoning_tokens: details.thinking_tokens }
      : {}),
  };
}

const countOf = (value: unknown): number => (typeof value === "number" ? value : 0);

/** The whole message's usage as its last event gives it; all 0 where the provider counted nothing. */
export function deltaUsage(usage: Usage | undefined): MessageDeltaUsage & { input_tokens: number } {
  const { prompt_tokens = 0, completion_tokens = 0, cached_tokens, cache_write_tokens, reasoning_tokens } = usage ?? {};
  return {
    input_tokens: Math.max(0, prompt_tokens - (cached_tokens ?? 0) - (cache_write_tokens ?? 0)),
    cache_creation_input_tokens: cache_write_tokens ?? null,
    cache_read_input_tokens: cached_tokens ?? null,
    output_tokens: completion_tokens,
    output_tokens_details: reasoning_tokens === undefined ? null : { thinking_tokens: reasoning_tokens },
    server_tool_use: null,
  };
}
