import type { Script } from "../house.ts";

/** Answers as the providers write them, for what a rehearsal's script has no word for. */

const events = (...data: object[]): string => data.map((one) => `data: ${JSON.stringify(one)}\n\n`).join("");
const raw = (...chunks: string[]): Script => ({ raw: { chunks } });

/** Claude's: one block of text, and how the message ends. */
export function claudeEnds(delta: { stop_reason: string; stop_sequence?: string }): Script {
  const usage = { input_tokens: 5, output_tokens: 1 };
  const open = { content: [], stop_reason: null, stop_sequence: null, usage };
  const said = [
    { type: "message_start", message: { id: "msg_1", type: "message", role: "assistant", model: "claude-x", ...open } },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "words" } },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_sequence: null, ...delta }, usage: { output_tokens: 2 } },
    { type: "message_stop" },
  ];
  return raw(said.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(""));
}

/** Gemini's: one text, and how its candidate ends. */
export function geminiEnds(finishReason: string): Script {
  const common = { modelVersion: "gemini-x", responseId: "r1" };
  const candidate = { content: { parts: [{ text: "words" }], role: "model" }, index: 0 };
  const usageMetadata = { promptTokenCount: 5, candidatesTokenCount: 2, totalTokenCount: 7 };
  return raw(
    events(
      { candidates: [candidate], ...common },
      { candidates: [{ finishReason, index: 0 }], usageMetadata, ...common },
    ),
  );
}

export function geminiChoices(...texts: string[]): Script {
  const candidates = texts.map((text, index) => ({
    content: { parts: [{ text }], role: "model" },
    finishReason: "STOP",
    index,
  }));
  const usageMetadata = { promptTokenCount: 5, candidatesTokenCount: 2, totalTokenCount: 7 };
  return raw(events({ candidates, usageMetadata, modelVersion: "gemini-x", responseId: "r1" }));
}

const chunk = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1_700_000_000, model: "gpt-x" };
const openAi = (...choices: object[][]): Script =>
  raw(`${events(...choices.map((some) => ({ ...chunk, choices: some })))}data: [DONE]\n\n`);

/** OpenAI's: some deltas of its only choice, and how it ends. */
export const openAiEnds = (finish_reason: string, ...deltas: object[]): Script =>
  openAi(...deltas.map((delta) => [{ index: 0, delta, finish_reason: null }]), [
    { index: 0, delta: {}, finish_reason },
  ]);

export const openAiChoices = (...texts: string[]): Script =>
  openAi(
    ...texts.map((content, index) => [{ index, delta: { role: "assistant", content }, finish_reason: null }]),
    ...texts.map((_, index) => [{ index, delta: {}, finish_reason: "stop" }]),
  );

export const openAiLogprobs = (token: string, logprob: number): Script => {
  const logprobs = { content: [{ token, logprob, bytes: null, top_logprobs: [] }], refusal: null };
  return openAi(
    [{ index: 0, delta: { role: "assistant", content: token }, logprobs, finish_reason: null }],
    [{ index: 0, delta: {}, logprobs: null, finish_reason: "stop" }],
  );
};
