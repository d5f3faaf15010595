import type { ThinkingLevel } from "./types.ts";

/**
 * What Google offered on 2026-11-23; the configuration's `baseUrl`, `defaultModel` and `models` come before it.
 * gemini-3.5-flash and -3.7-flash still answer by then, but as their successors.
 */
export const geminiModels = {
  baseUrl: "https://generativelanguage.googleapis.com/v1beta",
  defaultModel: "gemini-3.8-flash",
  /** What a request for embeddings gets that names only the backend; its vectors have length 1 at every dimension. */
  embeddingModel: "gemini-embedding-2",
} as const;

/** Where models of one API differ in what they take. */
export interface ModelTraits {
  readonly thinking: { readonly levels: readonly ThinkingLevel[] } | { readonly budget: ThinkingBudget };
  /** Refuses a step of tool calls whose first one has no thought signature. */
  readonly wantsSignatures: boolean;
  /** Goes on with a model's turn that the request ends with; others refuse such a request. */
  readonly prefill: boolean;
  /** The most candidates of one answer. */
  readonly candidates: number;
  readonly penalties: boolean;
  /** Takes images and documents as parts of a function's response. */
  readonly mediaInResults: boolean;
  /** Takes a form of the answer beside function declarations. */
  readonly formatWithTools: boolean;
}

/** In tokens; `off` where 0 turns thinking off. */
export interface ThinkingBudget {
  readonly min: number;
  readonly max: number;
  readonly off: boolean;
}

const levels = ["LOW", "MEDIUM", "HIGH"] as const;
const levelsFromMinimal = ["MINIMAL", ...levels] as const;

/** The rules since gemini-3.6-flash, which 3.7, 3.8 and 4 have kept. */
const newest: ModelTraits = {
  thinking: { levels },
  wantsSignatures: true,
  prefill: false,
  candidates: 1,
  penalties: false,
  mediaInResults: true,
  formatWithTools: true,
};

const gemini3: ModelTraits = { ...newest, prefill: true, penalties: true };

const gemini25: Omit<ModelTraits, "thinking"> = {
  wantsSignatures: false,
  prefill: true,
  candidates: 8,
  penalties: false,
  mediaInResults: false,
  formatWithTools: false,
};

/**
 * By the model's name, first match; a name that is not known follows the newest rules. Sources: the developer's guides
 * of Gemini 2.5 to 4 and the pages on thinking and thought signatures, 2026-11-23.
 */
const families: readonly (readonly [RegExp, ModelTraits])[] = [
  [/^gemini-2\.5-pro/, { ...gemini25, thinking: { budget: { min: 128, max: 32_768, off: false } } }],
  [/^gemini-2\.5-flash-lite/, { ...gemini25, thinking: { budget: { min: 512, max: 24_576, off: true } } }],
  [/^gemini-2\.5-flash/, { ...gemini25, thinking: { budget: { min: 1, max: 24_576, off: true } } }],
  [/^gemini-3(?:\.1)?-pro/, gemini3],
  [/^gemini-3(?:\.1)?-flash/, { ...gemini3, thinking: { levels: levelsFromMinimal } }],
  [/^gemini-3\.[56]-flash/, { ...newest, thinking: { levels: levelsFromMinimal } }],
];

export function traitsOf(model: string): ModelTraits {
  return families.find(([name]) => name.test(model))?.[1] ?? newest;
}
