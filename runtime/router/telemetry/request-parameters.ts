import type { RequestParameters } from "./types.ts";

/** What a chat's body says of how to answer. Both client wires name these alike; what one lacks the other has alone. */
export function requestParameters(
  body: Readonly<Record<string, unknown>>,
  defaultMaxOutputTokens: number | undefined,
): RequestParameters {
  const number = (name: string): number | undefined => {
    const value = body[name];
    return typeof value === "number" ? value : undefined;
  };
  return {
    maxOutputTokens: number("max_completion_tokens") ?? number("max_tokens") ?? defaultMaxOutputTokens,
    temperature: number("temperature"),
    topP: number("top_p"),
    topK: number("top_k"),
    seed: number("seed"),
    frequencyPenalty: number("frequency_penalty"),
    presencePenalty: number("presence_penalty"),
    choices: number("n"),
  };
}
