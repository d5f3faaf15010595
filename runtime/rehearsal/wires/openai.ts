import type { RehearsedAnswer } from "../answer.ts";
import type { RehearsedUsage } from "../script.ts";
import { conversation, estimateTokens, list, numberOf, record, stringOr } from "./read.ts";
import type { ErrorDetails, RehearsalWire, StreamedWord } from "./wire.ts";

const id = "chatcmpl-rehearsal";
const created = 1_700_000_000;

/** OpenAI's wire, and what Ollama adds to it: `reasoning`, and lists of its own. */
export const openAiWire: RehearsalWire = {
  name: "openai",
  chatPath: /^\/v1\/chat\/completions$/,

  read(body) {
    const { model, messages, stream, stream_options, max_tokens, max_completion_tokens } = record(body);
    const turns = list(messages).map(record);
    return {
      ...conversation(
        turns.map(({ role, content }) => ({ role, content })),
        "assistant",
      ),
      model: stringOr(model, "unnamed"),
      stream: stream === true,
      includeUsage: record(stream_options).include_usage === true,
      maxTokens: numberOf(max_completion_tokens ?? max_tokens),
      extras: [],
    };
  },

  whole(answer) {
    const text = answer.words.join("");
    const message = {
      role: "assistant",
      content: text === "" && answer.toolCalls.length > 0 ? null : text,
      refusal: null,
      ...(answer.reasoning.length > 0 ? { reasoning: answer.reasoning.join("") } : {}),
      ...(answer.toolCalls.length > 0
        ? { tool_calls: answer.toolCalls.map((call, at) => toolCall(at, call.name, call.parts.join(""))) }
        : {}),
    };
    const choices = [{ index: 0, message, logprobs: null, finish_reason: answer.finishReason }];
    return { id, object: "chat.completion", created, model: answer.model, choices, usage: usageOf(answer.usage) };
  },

  stream(answer, { includeUsage }) {
    const common = { id, object: "chat.completion.chunk", created, model: answer.model };
    const chunk = (delta: object, reason: string | null) =>
      event({
        ...common,
        choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }],
        ...(includeUsage ? { usage: null } : {}),
      });
    const word = (delta: object): StreamedWord => ({ event: chunk(delta, null) });
    return {
      opening: chunk({ role: "assistant", content: "" }, null),
      words: [
        ...answer.reasoning.map((reasoning) => word({ reasoning })),
        ...answer.words.map((content) => word({ content })),
        ...toolDeltas(answer).map((call) => word({ tool_calls: [call] })),
      ],
      ending: [
        chunk({}, answer.finishReason),
        ...(includeUsage ? [event({ ...common, choices: [], usage: usageOf(answer.usage) })] : []),
      ],
      done: "data: [DONE]\n\n",
    };
  },

  error: (status, message, details) => ({ error: openAiError(status, message, details) }),
  inBand: (message) => event({ error: openAiError(500, message) }),

  refuse(refusal) {
    const invalid = (message: string, code: string | null, param: string | null) => ({
      status: 400,
      body: { error: { message, type: "invalid_request_error", param, code } },
    });
    switch (refusal.kind) {
      case "context-length": {
        const { tokens, limit } = refusal;
        const asked = `your messages resulted in ${tokens} tokens. Please reduce the length of the messages.`;
        const message = `This model's maximum context length is ${limit} tokens. However, ${asked}`;
        return invalid(message, "context_length_exceeded", "messages");
      }
      case "content-filter": {
        const message = "Your request was rejected as a result of our safety system.";
        return invalid(message, "content_policy_violation", null);
      }
      case "prefill":
        // OpenAI's own models take such a request; servers that speak its wire may not.
        return invalid("The last message must be of role user or tool, but got assistant.", null, "messages");
      case "invalid":
        return invalid(refusal.message, null, null);
    }
  },

  embeddings: {
    path: /^\/v1\/embeddings$/,
    read(body) {
      const { model, input, dimensions, encoding_format } = record(body);
      return {
        model: stringOr(model, "unnamed"),
        texts: (Array.isArray(input) ? input : [input]).map(String),
        dimensions: numberOf(dimensions),
        format: stringOr(encoding_format, undefined),
        output: undefined,
      };
    },
    answer({ model, texts, format }, vectors) {
      const data = vectors.map((vector, index) => ({
        object: "embedding",
        index,
        embedding: format === "base64" ? Buffer.from(Float32Array.from(vector).buffer).toString("base64") : vector,
      }));
      const tokens = estimateTokens(texts);
      const usage = { prompt_tokens: tokens, total_tokens: tokens };
      return { object: "list", data, model: `rehearsal/${model}`, usage };
    },
  },

  lists: [
    {
      method: "GET",
      path: /^\/v1\/models$/,
      body: (models) => ({
        object: "list",
        data: models.map((model) => ({ id: model, object: "model", created: 0, owned_by: "rehearsal" })),
      }),
    },
    { method: "GET", path: /^\/api\/version$/, body: () => ({ version: "0.0.0-rehearsal" }) },
    { method: "GET", path: /^\/api\/tags$/, body: (models) => ({ models: models.map(ollamaModel) }) },
  ],
};

const event = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;

const toolCall = (index: number, name: string, json: string) => ({
  id: `call_rehearsal_${index}`,
  type: "function",
  function: { name, arguments: json },
});

/** Name and id first, then the arguments in parts. */
function toolDeltas({ toolCalls }: RehearsedAnswer): object[] {
  return toolCalls.flatMap(({ name, parts }, index) => [
    { index, ...toolCall(index, name, "") },
    ...parts.map((part) => ({ index, function: { arguments: part } })),
  ]);
}

function openAiError(status: number, message: string, { code }: ErrorDetails = {}): object {
  return { message, type: types[status] ?? "server_error", param: null, code: code ?? null };
}

const types: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "invalid_request_error",
  402: "insufficient_quota",
  403: "invalid_request_error",
  404: "invalid_request_error",
  413: "invalid_request_error",
  422: "invalid_request_error",
  429: "rate_limit_error",
};

function usageOf({ cached_tokens, reasoning_tokens, cache_write_tokens: _, ...counts }: RehearsedUsage): object {
  return {
    ...counts,
    ...(cached_tokens === undefined ? {} : { prompt_tokens_details: { cached_tokens } }),
    ...(reasoning_tokens === undefined ? {} : { completion_tokens_details: { reasoning_tokens } }),
  };
}

const ollamaModel = (name: string) => {
  const full = name.includes(":") ? name : `${name}:latest`;
  return { name: full, model: full, size: 0, details: { family: "rehearsal" } };
};
