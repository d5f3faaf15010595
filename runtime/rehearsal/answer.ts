import type { Behaviour, RehearsedUsage } from "./script.ts";
import { type Asked, estimateTokens } from "./wires/index.ts";

export type FinishReason = NonNullable<Behaviour["finishReason"]>;

export interface RehearsedToolCall {
  readonly name: string;
  readonly input: object;
  /** `input` as JSON text, in the parts in which it is streamed. */
  readonly parts: readonly string[];
}

/** A scripted answer, in words: one word is one token here. */
export interface RehearsedAnswer {
  readonly model: string;
  readonly reasoning: readonly string[];
  readonly words: readonly string[];
  readonly toolCalls: readonly RehearsedToolCall[];
  readonly finishReason: FinishReason;
  readonly usage: RehearsedUsage;
}

const realOnes =
  "For a real one set OPENAI_API_KEY, ANTHROPIC_API_KEY or GEMINI_API_KEY, or start Ollama (OLLAMA_HOST), and deploy again.";

/** The same request gets the same answer, and every answer says that it is a rehearsal: in its text and as its model. */
export function rehearse(asked: Asked, behaviour: Behaviour): RehearsedAnswer {
  const all = wordsOf(textOf(asked, behaviour));
  const words = asked.maxTokens === undefined ? all : all.slice(0, asked.maxTokens);
  const reasoning = wordsOf(behaviour.reasoning ?? "");
  const toolCalls = behaviour.toolCalls.map(({ name, arguments: input }) => ({ name, input, parts: jsonParts(input) }));
  const finished = toolCalls.length > 0 ? "tool_calls" : "stop";
  const toolTokens = toolCalls.reduce((sum, { parts }) => sum + parts.length, 0);
  const {
    prompt_tokens = estimateTokens([asked.prompt]),
    completion_tokens = words.length + reasoning.length + toolTokens,
    reasoning_tokens = reasoning.length > 0 ? reasoning.length : undefined,
    ...parts
  } = behaviour.usage ?? {};
  return {
    model: `rehearsal/${asked.model}`,
    reasoning,
    words,
    toolCalls,
    finishReason: behaviour.finishReason ?? (words.length < all.length ? "length" : finished),
    usage: {
      prompt_tokens,
      completion_tokens,
      total_tokens: prompt_tokens + completion_tokens,
      ...(reasoning_tokens === undefined ? {} : { reasoning_tokens }),
      ...parts,
    },
  };
}

/** What is to be said: all of it, or where a beginning is given and continued the rest. */
function textOf({ prompt, prefill, begun }: Asked, behaviour: Behaviour): string {
  if (behaviour.prefill === "continue" && prefill !== undefined) return afterBeginning(prefill, prompt, behaviour);
  if (behaviour.resume === "continue" && begun) return afterBeginning(begun.text, begun.prompt, behaviour);
  return wholeText(prompt, behaviour);
}

/** Goes on exactly where the beginning ends; one that is not its own is none. */
function afterBeginning(beginning: string, prompt: string, behaviour: Behaviour): string {
  const text = wholeText(prompt, behaviour);
  return text.startsWith(beginning) ? text.slice(beginning.length) : text;
}

function wholeText(prompt: string, { text, toolCalls }: Behaviour): string {
  if (text === undefined && toolCalls.length > 0) return "";
  const said = text ?? `This is a rehearsal: no model was asked. You wrote: "${shortened(prompt)}". ${realOnes}`;
  return /rehearsal/i.test(said) ? said : `[rehearsal] ${said}`;
}

/** Words with the space after them; the first also with the space before it. */
const wordsOf = (text: string): readonly string[] => text.match(/(?:^\s+)?\S+\s*|^\s+$/g) ?? [];

/** JSON text in parts of a few characters, as models write it. */
const jsonParts = (value: object): readonly string[] => JSON.stringify(value).match(/.{1,12}/gsu) ?? [];

function shortened(prompt: string): string {
  const line = prompt.replace(/\s+/g, " ").trim();
  return line.length > 160 ? `${line.slice(0, 157)}...` : line;
}
