import { anthropicWire } from "./anthropic.ts";
import { geminiWire } from "./gemini.ts";
import { openAiWire } from "./openai.ts";
import { tritonWire } from "./triton.ts";
import type { RehearsalWire } from "./wire.ts";

export { estimateTokens } from "./read.ts";
export type * from "./wire.ts";
export { openAiWire };

/** Anthropic's comes first: it shares a path with OpenAI's, and is known by its header. */
export const wires: readonly RehearsalWire[] = [anthropicWire, geminiWire, tritonWire, openAiWire];
