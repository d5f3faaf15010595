import type { Message, Unsupported } from "../../chat/index.ts";
import type { ChatQuestion } from "../provider.ts";
import type { ModelCard } from "./model-card.ts";
import { untellable } from "./sampling.ts";
import type { TritonModel } from "./settings.ts";

/** Field names that differ between the clients' wires. */
const names = {
  openai: { format: "response_format", reasoning: "reasoning_effort", stop: "stop" },
  anthropic: { format: "output_config.format", reasoning: "thinking", stop: "stop_sequences" },
} as const;

/**
 * What of a request a Triton model can't do: it goes on with a text, and that is all. `user` and cache hints change no
 * answer and are left out.
 *
 * @param card undefined while the model has not been asked what it takes
 */
export function unsupportedBy(
  { request, wire }: ChatQuestion,
  model: string,
  settings: TritonModel,
  card: ModelCard | undefined,
): readonly Unsupported[] {
  const name = names[wire];
  const found: Unsupported[] = [];
  const refuse = (given: boolean, param: string, what: string) => {
    if (given) found.push({ param, reason: `triton ${what}` });
  };
  const { choices, toolChoice } = request;
  refuse(settings.kind !== "generate", "model", `makes vectors with ${model}, not text`);
  refuse(request.tools.length > 0 && toolChoice?.type !== "none", "tools", "calls no tools");
  refuse(toolChoice?.type === "required" || toolChoice?.type === "tool", "tool_choice", "calls no tools");
  refuse(choices !== undefined && choices !== 1, "n", "gives one answer to a request");
  refuse(request.logprobs !== undefined, "logprobs", "gives no log probabilities");
  refuse(request.format !== undefined, name.format, "can't be held to a format");
  refuse(request.reasoning !== undefined, name.reasoning, "has no control over reasoning");
  for (const what of partsThatAreNoText(request.messages)) refuse(true, "messages", `takes text only, no ${what}`);
  for (const path of Object.keys(request.foreign)) refuse(true, path, "does not know it");
  for (const field of card ? untellable(request, card) : []) {
    refuse(true, field === "stop" ? name.stop : field, `can't tell it to ${model}`);
  }
  return found;
}

const words = { image: "images", file: "files", tool_call: "tool calls", tool: "tool results", name: "names" } as const;

function partsThatAreNoText(messages: readonly Message[]): readonly string[] {
  const kinds = messages.flatMap((message) => [
    ...message.parts.map((part) => part.type),
    message.role,
    ...("name" in message && message.name !== undefined ? ["name"] : []),
  ]);
  return Object.entries(words).flatMap(([kind, word]) => (kinds.includes(kind) ? [word] : []));
}
