import type { Behaviour } from "./script.ts";

/** What of a chat request the rehearsal looks at. */
export interface Asked {
  readonly model: string;
  readonly prompt: string;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly maxTokens: number | undefined;
}

/** A scripted answer, in words: one word is one token here. */
export interface RehearsedAnswer {
  readonly model: string;
  readonly words: readonly string[];
  readonly finishReason: "stop" | "length";
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number; readonly total_tokens: number };
}

const realOnes =
  "For a real one set OPENAI_API_KEY, ANTHROPIC_API_KEY or GEMINI_API_KEY, or start Ollama (OLLAMA_HOST), and deploy again.";

/** The same request gets the same answer, and every answer says that it is a rehearsal. */
export function rehearse(asked: Asked, behaviour: Behaviour): RehearsedAnswer {
  const text =
    behaviour.text ?? `This is a rehearsal: no model was asked. You wrote: "${shortened(asked.prompt)}". ${realOnes}`;
  const told = /rehearsal/i.test(text) ? text : `[rehearsal] ${text}`;
  const all = told.match(/\S+\s*|\s+/g) ?? [];
  const words = asked.maxTokens === undefined ? all : all.slice(0, asked.maxTokens);
  const prompt = Math.max(1, Math.ceil(asked.prompt.length / 4));
  return {
    model: `rehearsal/${asked.model}`,
    words,
    finishReason: words.length < all.length ? "length" : "stop",
    usage: { prompt_tokens: prompt, completion_tokens: words.length, total_tokens: prompt + words.length },
  };
}

function shortened(prompt: string): string {
  const line = prompt.replace(/\s+/g, " ").trim();
  return line.length > 160 ? `${line.slice(0, 157)}...` : line;
}
