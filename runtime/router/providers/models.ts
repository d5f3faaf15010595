/**
 * What the providers offered on 2026-11-23; the configuration's `defaultModel` and `models` come before it.
 */
export const openAiModels = {
  baseUrl: "https://api.openai.com/v1",
  defaultModel: "gpt-5.4-mini",
} as const;

/** Which models can think before they answer, and which of them can't be told not to. */
export const openAiThinking = {
  able: /^(?:ft:)?(?:gpt-(?:[5-9]|\d\d)(?!.*-chat)|o\d)/,
  always: /^(?:ft:)?(?:gpt-5(?:-(?!chat)|$)|o\d)/,
} as const;

export const ollamaModels = {
  baseUrl: "http://localhost:11434",
  defaultModel: "llama3",
  /** OLLAMA_TIMEOUT's default: a model may have to be loaded from disk first. */
  timeoutMs: 120_000,
} as const;
