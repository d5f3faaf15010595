import type { RequestCase } from "./request.ts";

const question = "Which colour has the sky?";
const asked = {
  openai: { messages: [{ role: "user" as const, content: question }] },
  anthropic: { messages: [{ role: "user" as const, content: [{ type: "text" as const, text: question }] }] },
  gemini: { contents: [{ role: "user", parts: [{ text: question }] }] },
};
const schema = {
  type: "object" as const,
  properties: { colour: { type: "string" } },
  required: ["colour"],
  additionalProperties: false,
};

/** The form of the answer, and how much is thought before it. */
export const formCases: readonly RequestCase[] = [
  {
    name: "an answer to a JSON schema",
    openai: {
      ...asked.openai,
      response_format: { type: "json_schema", json_schema: { name: "answer", schema, strict: true } },
    },
    anthropic: { ...asked.anthropic, output_config: { format: { type: "json_schema", schema } } },
    gemini: {
      ...asked.gemini,
      generationConfig: { responseMimeType: "application/json", responseJsonSchema: schema },
    },
  },
  {
    name: "an answer in JSON",
    openai: { ...asked.openai, response_format: { type: "json_object" } },
    gemini: { ...asked.gemini, generationConfig: { responseMimeType: "application/json" } },
    backends: ["gemini", "openai", "local"],
  },
  ...(["low", "medium", "high"] as const).map(
    (effort): RequestCase => ({
      name: `${effort} effort of thinking`,
      openai: { ...asked.openai, reasoning_effort: effort },
      anthropic: { ...asked.anthropic, thinking: { type: "adaptive" }, output_config: { effort } },
      gemini: {
        ...asked.gemini,
        generationConfig: { thinkingConfig: { thinkingLevel: effort.toUpperCase(), includeThoughts: true } },
      },
    }),
  ),
  {
    name: "an effort, where a model thinks with a budget only",
    openai: { ...asked.openai, reasoning_effort: "medium", max_completion_tokens: 10_000 },
    anthropic: { ...asked.anthropic, thinking: { type: "enabled", budget_tokens: 5_000 }, max_tokens: 10_000 },
    gemini: {
      ...asked.gemini,
      generationConfig: { thinkingConfig: { thinkingBudget: 8_192, includeThoughts: true }, maxOutputTokens: 10_000 },
    },
    instead: {
      "anthropic to gemini": {
        generationConfig: { thinkingConfig: { thinkingBudget: 5_000, includeThoughts: true }, maxOutputTokens: 10_000 },
      },
    },
    model: { claude: "claude-sonnet-4-5", gemini: "gemini-2.5-flash" },
  },
  {
    name: "no thinking",
    openai: { ...asked.openai, reasoning_effort: "none" },
    anthropic: { ...asked.anthropic, thinking: { type: "disabled" } },
    gemini: { ...asked.gemini, generationConfig: { thinkingConfig: { thinkingLevel: "LOW" } } },
  },
];
