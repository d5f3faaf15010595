import { readFileSync } from "node:fs";
import type { ChatDelta, ChatEvent, ChatRequest } from "../../../runtime/router/chat/index.ts";
import { ClaudeScanner } from "../../../runtime/router/providers/claude/scanner.ts";
import type { ChatCall, ChatQuestion } from "../../../runtime/router/providers/provider.ts";
import { SseSplitter } from "../../../runtime/router/stream/sse-splitter.ts";
import { anthropicWire } from "../../../runtime/router/wires/anthropic/index.ts";

/** Shapes that Anthropic's documentation shows and its API sends. */
export const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../fixtures/providers/claude/${name}`, import.meta.url));

export const streams = ["text.sse", "tool-use.sse", "thinking.sse", "web-search.sse"] as const;

/** The events of a stream's bytes, which arrive cut at these places. */
export function scan(bytes: Buffer, cuts: readonly number[] = []): ChatEvent[] {
  const splitter = new SseSplitter();
  const scanner = new ClaudeScanner();
  const edges = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  const found: ChatEvent[] = [];
  for (const [index, end] of edges.slice(1).entries()) {
    splitter.push(bytes.subarray(edges[index], end), {
      read: (event) => void found.push(...[scanner.scan(event) ?? []].flat()),
    });
  }
  return found;
}

export const saidBy = (events: readonly ChatEvent[]): ChatDelta[] => events.flatMap(({ deltas }) => deltas);

/** What was said, in as few words: neighbouring parts of one text are one. */
export function condensed(deltas: readonly ChatDelta[]): ChatDelta[] {
  const short: ChatDelta[] = [];
  for (const delta of deltas) {
    const last = short.at(-1);
    if ((delta.type === "text" || delta.type === "reasoning") && last?.type === delta.type) {
      short[short.length - 1] = { ...delta, text: last.text + delta.text };
    } else if (delta.type === "tool_arguments" && last?.type === "tool_arguments" && last.index === delta.index) {
      short[short.length - 1] = { ...delta, json: last.json + delta.json };
    } else if (!("text" in delta && delta.text === "") && !("json" in delta && delta.json === "")) short.push(delta);
  }
  return short;
}

export const sse = (...events: { type: string; [field: string]: unknown }[]): Buffer =>
  Buffer.from(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(""));

export const messageStart = {
  type: "message_start",
  message: {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "claude-x",
    content: [],
    stop_reason: null,
    usage: { input_tokens: 3, output_tokens: 1 },
  },
};

export const emptyRequest: ChatRequest = { messages: [], tools: [], stop: [], foreign: {} };

/** A question of a client of the OpenAI wire. */
export const openAiQuestion = (request: Partial<ChatRequest>): ChatQuestion => ({
  wire: "openai",
  body: { model: "claude", messages: [] },
  request: { ...emptyRequest, ...request },
});

/** A question of a client of the Anthropic wire. */
export const anthropicQuestion = (fields: object, headers?: Record<string, string>): ChatQuestion => {
  const body = { model: "claude", messages: [{ role: "user", content: "hi" }], ...fields };
  return { wire: "anthropic", body, ...(headers ? { headers } : {}), request: anthropicWire.read(body) };
};

export const callOf = (question: ChatQuestion, more: Partial<ChatCall> = {}): ChatCall => ({
  model: "claude-sonnet-4-6",
  question,
  stickyKey: "",
  signal: new AbortController().signal,
  ...more,
});
