import fc from "fast-check";
import type { ChatDelta, ChatEvent } from "../../../runtime/router/chat/index.ts";
import { SseSplitter } from "../../../runtime/router/stream/sse-splitter.ts";
import { OpenAiScanner } from "../../../runtime/router/wires/openai/index.ts";

export const common = {
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  created: 1_769_092_764,
  model: "gpt-x",
  system_fingerprint: "fp_1",
};

export const sse = (data: string): Buffer => Buffer.from(`data: ${data}\n\n`);

/** One chunk of one choice. */
export const chunk = (delta: object, reason: string | null = null, more: object = {}, index = 0): Buffer =>
  sse(JSON.stringify({ ...common, choices: [{ index, delta, logprobs: null, finish_reason: reason }], ...more }));

export const opening = chunk({ role: "assistant", content: "", refusal: null });
export const done = sse("[DONE]");

/** The events of a stream whose bytes come in pieces. */
export function scanned(bytes: Buffer, cuts: readonly number[] = []): ChatEvent[] {
  const splitter = new SseSplitter();
  const scanner = new OpenAiScanner();
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const events: ChatEvent[] = [];
  for (const [index, end] of edges.slice(1).entries()) {
    splitter.push(bytes.subarray(edges[index], end), {
      read: (event) => void events.push(...[scanner.scan(event) ?? []].flat()),
      run: (part, at) => scanner.run(part, at, events),
    });
  }
  return events;
}

/** The same, each event by itself. */
export function scannedSingly(bytes: Buffer): ChatEvent[] {
  const scanner = new OpenAiScanner();
  const events: ChatEvent[] = [];
  new SseSplitter().push(bytes, { read: (event) => void events.push(...[scanner.scan(event) ?? []].flat()) });
  return events;
}

export const deltasOf = (events: readonly ChatEvent[]): ChatDelta[] => events.flatMap(({ deltas }) => deltas);

/** Neighbouring texts are one text: how a provider cuts them means nothing. */
export function joined(deltas: readonly ChatDelta[]): ChatDelta[] {
  const result: ChatDelta[] = [];
  for (const delta of deltas) {
    const last = result.at(-1);
    if (delta.type === "text" && last?.type === "text" && last.choice === delta.choice) {
      result[result.length - 1] = { ...last, text: last.text + delta.text };
    } else result.push(delta);
  }
  return result;
}

/** Any text, with what is hard in JSON and in server-sent events. */
export const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom('"', "\\", '"finish_reason":"stop"', '","x":"', "\n\n", "data: ", "é😀", "\u2028", "\u0000"),
);

export const word = text.filter((value) => value !== "");
