import { expect } from "vitest";
import type { Backend, Script } from "../house.ts";
import { claudeEnds, geminiEnds, openAiEnds } from "./raw.ts";

/** What a provider says, and what a client of each wire gets of it. */
export interface AnswerCase {
  readonly name: string;
  readonly script: Script;
  readonly openai?: object;
  readonly anthropic?: object;
  /** All by default. */
  readonly backends?: readonly Backend[];
}

const id = expect.stringMatching(/^[a-zA-Z0-9_-]{4,64}$/);
/** An answer of the OpenAI wire. */
const choice = (message: object, finish_reason: string) => ({
  object: "chat.completion",
  id: expect.stringMatching(/./),
  model: expect.stringMatching(/./),
  choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason }],
});
/** An answer of Anthropic's. */
const message = (content: object[], stop_reason: string, stop_sequence: string | null = null) => ({
  type: "message",
  id: expect.stringMatching(/./),
  role: "assistant",
  model: expect.stringMatching(/./),
  content,
  stop_reason,
  stop_sequence,
});

const call = (name: string, json: string) => ({ id, type: "function", function: { name, arguments: json } });
const use = (name: string, input: object) => ({ type: "tool_use", id, name, input });
const signature = expect.stringMatching(/^[A-Za-z0-9+/=]{8,}$/);
const words = 'A rehearsal: Ünïcödé 你好 🦊 "quoted"\n\\tail';
const graz = { city: "Graz", days: [1, 2], note: 'ä"\\\n🦊' };

const texts: readonly AnswerCase[] = [
  {
    name: "text",
    script: { text: words },
    openai: choice({ content: words }, "stop"),
    anthropic: message([{ type: "text", text: words }], "end_turn"),
  },
  {
    name: "a tool call",
    script: { toolCalls: [{ name: "weather", arguments: graz }] },
    openai: choice({ tool_calls: [call("weather", JSON.stringify(graz))] }, "tool_calls"),
    anthropic: message([use("weather", graz)], "tool_use"),
  },
  {
    name: "text and two calls at once, one without arguments",
    script: {
      text: "A rehearsal.",
      toolCalls: [
        { name: "weather", arguments: graz },
        { name: "time", arguments: {} },
      ],
    },
    openai: choice(
      { content: "A rehearsal.", tool_calls: [call("weather", JSON.stringify(graz)), call("time", "{}")] },
      "tool_calls",
    ),
    anthropic: message([{ type: "text", text: "A rehearsal." }, use("weather", graz), use("time", {})], "tool_use"),
  },
  {
    name: "a thought of Claude's",
    script: { text: "A rehearsal.", reasoning: "Let me think." },
    openai: choice(
      {
        content: "A rehearsal.",
        reasoning_content: "Let me think.",
        reasoning_details: [{ type: "reasoning.text", text: "Let me think.", signature }],
      },
      "stop",
    ),
    anthropic: message(
      [
        { type: "thinking", thinking: "Let me think.", signature },
        { type: "text", text: "A rehearsal." },
      ],
      "end_turn",
    ),
    backends: ["claude"],
  },
  {
    name: "a thought of Gemini's, which signs the text after it",
    script: { text: "A rehearsal.", reasoning: "Let me think." },
    openai: choice(
      {
        content: "A rehearsal.",
        reasoning_content: "Let me think.",
        reasoning_details: [{ type: "reasoning.text", signature, format: "google-gemini-v1" }],
      },
      "stop",
    ),
    anthropic: message(
      [
        { type: "thinking", thinking: "Let me think.", signature: "" },
        { type: "text", text: "A rehearsal." },
        { type: "thinking", thinking: "", signature: expect.stringMatching(/^gemini:./) },
      ],
      "end_turn",
    ),
    backends: ["gemini"],
  },
  {
    name: "an unsigned thought",
    script: { text: "A rehearsal.", reasoning: "Let me think." },
    openai: choice({ content: "A rehearsal.", reasoning: "Let me think." }, "stop"),
    anthropic: message(
      [
        { type: "thinking", thinking: "Let me think.", signature: "" },
        { type: "text", text: "A rehearsal." },
      ],
      "end_turn",
    ),
    backends: ["openai", "local"],
  },
  {
    name: "a model's own refusal",
    script: openAiEnds("stop", { role: "assistant", content: null, refusal: "I " }, { refusal: "won't." }),
    openai: choice({ content: null, refusal: "I won't." }, "stop"),
    anthropic: message([{ type: "text", text: "I won't." }], "refusal"),
    backends: ["openai"],
  },
];

/** An end by each provider's own word for it. */
const ends: readonly [Backend, Script, string, { openai: string; anthropic: string; sequence?: string }][] = [
  ["claude", claudeEnds({ stop_reason: "end_turn" }), "end_turn", { openai: "stop", anthropic: "end_turn" }],
  ["claude", claudeEnds({ stop_reason: "max_tokens" }), "max_tokens", { openai: "length", anthropic: "max_tokens" }],
  [
    "claude",
    claudeEnds({ stop_reason: "stop_sequence", stop_sequence: "END" }),
    "stop_sequence",
    { openai: "stop", anthropic: "stop_sequence", sequence: "END" },
  ],
  ["claude", claudeEnds({ stop_reason: "pause_turn" }), "pause_turn", { openai: "stop", anthropic: "pause_turn" }],
  ["claude", claudeEnds({ stop_reason: "refusal" }), "refusal", { openai: "content_filter", anthropic: "refusal" }],
  [
    "claude",
    claudeEnds({ stop_reason: "model_context_window_exceeded" }),
    "model_context_window_exceeded",
    { openai: "length", anthropic: "model_context_window_exceeded" },
  ],
  ["gemini", geminiEnds("STOP"), "STOP", { openai: "stop", anthropic: "end_turn" }],
  ["gemini", geminiEnds("MAX_TOKENS"), "MAX_TOKENS", { openai: "length", anthropic: "max_tokens" }],
  ...["SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII"].map(
    (reason) =>
      [
        "gemini",
        geminiEnds(reason),
        reason,
        { openai: "content_filter", anthropic: "refusal" },
      ] as (typeof ends)[number],
  ),
  ...(["openai", "local"] as const).flatMap((backend) =>
    Object.entries({ stop: "end_turn", length: "max_tokens", content_filter: "refusal" }).map(
      ([reason, anthropic]) =>
        [
          backend,
          openAiEnds(reason, { role: "assistant", content: "words" }),
          reason,
          { openai: reason, anthropic },
        ] as (typeof ends)[number],
    ),
  ),
];

const endCases = ends.map(
  ([backend, script, reason, { openai, anthropic, sequence }]): AnswerCase => ({
    name: `the end ${reason}`,
    script,
    openai: choice({ content: "words" }, openai),
    anthropic: message([{ type: "text", text: "words" }], anthropic, sequence),
    backends: [backend],
  }),
);

const counted = { prompt_tokens: 100, completion_tokens: 50, cached_tokens: 60 };
const openAiUsage = {
  prompt_tokens: 100,
  completion_tokens: 50,
  total_tokens: 150,
  prompt_tokens_details: { cached_tokens: 60 },
};
const anthropicUsage = { input_tokens: 40, cache_read_input_tokens: 60, output_tokens: 50 };

const usages: readonly AnswerCase[] = [
  {
    name: "tokens, cached ones among them",
    script: { text: "A rehearsal.", usage: counted },
    openai: { usage: openAiUsage },
    anthropic: { usage: anthropicUsage },
  },
  {
    name: "tokens that were thought",
    script: { text: "A rehearsal.", usage: { ...counted, reasoning_tokens: 20 } },
    openai: { usage: { ...openAiUsage, completion_tokens_details: { reasoning_tokens: 20 } } },
    anthropic: { usage: { ...anthropicUsage, output_tokens_details: { thinking_tokens: 20 } } },
    backends: ["gemini", "openai", "local"],
  },
  {
    name: "tokens written to a cache",
    script: { text: "A rehearsal.", usage: { ...counted, cache_write_tokens: 30 } },
    openai: { usage: { ...openAiUsage, prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 30 } } },
    anthropic: { usage: { ...anthropicUsage, input_tokens: 10, cache_creation_input_tokens: 30 } },
    backends: ["claude"],
  },
];

export const answerCases: readonly AnswerCase[] = [...texts, ...endCases, ...usages];
