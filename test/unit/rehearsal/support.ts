import { onTestFinished } from "vitest";
import { type Rehearsal, type RehearsalScriptInput, startRehearsal } from "../../../runtime/rehearsal/index.ts";

/** A rehearsal provider that ends with the test. */
export async function rehearsal(script: RehearsalScriptInput = {}): Promise<Rehearsal> {
  const started = await startRehearsal({ script });
  onTestFinished(() => started.close());
  return started;
}

export const wireNames = ["openai", "anthropic", "gemini", "triton"] as const;
export type WireName = (typeof wireNames)[number];

interface Question {
  readonly prompt?: string;
  /** The beginning of the answer. */
  readonly prefill?: string;
  /** What the user says after it. */
  readonly reply?: string;
  readonly maxTokens?: number;
  readonly stream?: boolean;
}

const turns = ({ prompt = "hello", prefill, reply }: Question, answerer: string) => [
  { role: "user", content: prompt },
  ...(prefill === undefined ? [] : [{ role: answerer, content: prefill }]),
  ...(reply === undefined ? [] : [{ role: "user", content: reply }]),
];

/** In ChatML; a beginning of the answer stays open. */
function chatMl(question: Question): string {
  const text = turns(question, "assistant")
    .map(({ role, content }) => `<|im_start|>${role}\n${content}<|im_end|>\n`)
    .join("");
  const open = question.prefill !== undefined && question.reply === undefined;
  return open ? text.slice(0, -"<|im_end|>\n".length) : `${text}<|im_start|>assistant\n`;
}

/** The same question in each wire. */
const requests: Record<WireName, (question: Question) => { path: string; body: object }> = {
  openai: ({ maxTokens, stream = false, ...question }) => ({
    path: "/v1/chat/completions",
    body: {
      model: "m",
      messages: turns(question, "assistant"),
      stream,
      ...(stream ? { stream_options: { include_usage: true } } : {}),
      ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
    },
  }),
  anthropic: ({ maxTokens = 100_000, stream = false, ...question }) => ({
    path: "/v1/messages",
    body: { model: "m", messages: turns(question, "assistant"), stream, max_tokens: maxTokens },
  }),
  gemini: ({ maxTokens, stream = false, ...question }) => ({
    path: `/v1beta/models/m:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
    body: {
      contents: turns(question, "model").map(({ role, content }) => ({ role, parts: [{ text: content }] })),
      ...(maxTokens === undefined ? {} : { generationConfig: { maxOutputTokens: maxTokens } }),
    },
  }),
  triton: ({ maxTokens, stream = false, ...question }) => ({
    path: `/v2/models/m/${stream ? "generate_stream" : "generate"}`,
    body: {
      text_input: chatMl(question),
      return_finish_reason: true,
      return_num_input_tokens: true,
      return_num_output_tokens: true,
      ...(maxTokens === undefined ? {} : { parameters: { max_tokens: maxTokens } }),
    },
  }),
};

export function ask({ url }: Rehearsal, wire: WireName, question: Question = {}): Promise<Response> {
  const { path, body } = requests[wire](question);
  return fetch(url + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

type Json = Record<string, unknown>;

/** The JSON of each event of a stream; what is not JSON comes as text. */
export function eventsOf(stream: string): (Json | string)[] {
  return stream
    .split(/\r?\n\r?\n/)
    .map((event) => /^data: (.*)$/ms.exec(event)?.[1])
    .filter((data) => data !== undefined)
    .map((data) => {
      try {
        return JSON.parse(data) as Json;
      } catch {
        return data;
      }
    });
}

interface Told {
  readonly choices?: { message?: { content?: string }; delta?: { content?: string } }[];
  readonly content?: { text?: string }[];
  readonly delta?: { text?: string };
  readonly candidates?: { content: { parts: { text?: string; thought?: boolean }[] } }[];
  readonly text_output?: string;
}

/** The text of an event or of a whole answer, whichever its wire. */
export function textOf(event: object | string): string {
  if (typeof event === "string") return "";
  const { choices, content, delta, candidates, text_output } = event as Told;
  const texts = [
    ...(choices ?? []).map((choice) => choice.message?.content ?? choice.delta?.content),
    ...(content ?? []).map(({ text }) => text),
    delta?.text,
    ...(candidates ?? []).flatMap(({ content: { parts } }) => parts.map(({ text, thought }) => (thought ? "" : text))),
    text_output,
  ];
  return texts.join("");
}

/** The whole text of an answer, streamed or not. */
export async function toldBy(response: Response): Promise<string> {
  const streamed = response.headers.get("content-type")?.startsWith("text/event-stream");
  const text = await response.text();
  return streamed ? eventsOf(text).map(textOf).join("") : textOf(JSON.parse(text) as object);
}
