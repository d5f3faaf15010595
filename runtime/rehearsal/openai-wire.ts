import type { Asked, RehearsedAnswer } from "./answer.ts";

const id = "chatcmpl-rehearsal";
const created = 1_700_000_000;

/** Reads an OpenAI chat request leniently: it is the router's work to be strict. */
export function readChatRequest(body: unknown): Asked {
  const { model, messages, stream, stream_options, max_tokens, max_completion_tokens } = record(body);
  const limit = max_completion_tokens ?? max_tokens;
  const last = Array.isArray(messages) ? messages.findLast((message) => record(message).role === "user") : undefined;
  return {
    model: typeof model === "string" ? model : "unnamed",
    prompt: textOf(record(last).content),
    stream: stream === true,
    includeUsage: record(stream_options).include_usage === true,
    maxTokens: typeof limit === "number" ? limit : undefined,
  };
}

export function chatCompletion({ model, words, finishReason, usage }: RehearsedAnswer): object {
  const message = { role: "assistant", content: words.join(""), refusal: null };
  const choices = [{ index: 0, message, logprobs: null, finish_reason: finishReason }];
  return { id, object: "chat.completion", created, model, choices, usage };
}

/** The events of a stream, in parts, so that a fault can come between any two words. */
export function chatStream({ model, words, finishReason, usage }: RehearsedAnswer, includeUsage: boolean) {
  const common = { id, object: "chat.completion.chunk", created, model };
  const chunk = (delta: object, reason: string | null) =>
    event({
      ...common,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }],
      ...(includeUsage ? { usage: null } : {}),
    });
  return {
    opening: chunk({ role: "assistant", content: "" }, null),
    words: words.map((word) => chunk({ content: word }, null)),
    ending: [chunk({}, finishReason), ...(includeUsage ? [event({ ...common, choices: [], usage })] : [])],
    done: "data: [DONE]\n\n",
    error: (message: string) => event({ error: openAiError(message, null) }),
  };
}

export function openAiError(message: string, code: string | null): object {
  return { message, type: "server_error", param: null, code };
}

const event = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content
    .map((part) => record(part).text)
    .filter((text) => typeof text === "string")
    .join(" ");
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
