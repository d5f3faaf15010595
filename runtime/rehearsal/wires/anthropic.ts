import type { FinishReason, RehearsedAnswer } from "../answer.ts";
import type { RehearsedUsage } from "../script.ts";
import { conversation, list, numberOf, record, stringOr } from "./read.ts";
import type { RehearsalWire, StreamedWord } from "./wire.ts";

const id = "msg_rehearsal";
const signature = "cmVoZWFyc2FsLXNpZ25hdHVyZQ==";

/** Anthropic's Messages. */
export const anthropicWire: RehearsalWire = {
  name: "anthropic",
  chatPath: /^\/v1\/messages$/,

  read(body) {
    const { model, system, messages, stream, max_tokens } = record(body);
    const turns = list(messages).map(record);
    return {
      ...conversation(
        [{ role: "system", content: system }, ...turns.map(({ role, content }) => ({ role, content }))],
        "assistant",
      ),
      model: stringOr(model, "unnamed"),
      stream: stream === true,
      includeUsage: true,
      maxTokens: numberOf(max_tokens),
      extras: [],
    };
  },

  complaint({ maxTokens, prefill }) {
    if (maxTokens === undefined) return "max_tokens: Field required";
    return prefill !== undefined && /\s$/.test(prefill)
      ? "messages: final assistant content cannot end with trailing whitespace"
      : undefined;
  },

  whole: (answer) => ({
    ...message(answer),
    content: [
      ...(answer.reasoning.length > 0 ? [{ type: "thinking", thinking: answer.reasoning.join(""), signature }] : []),
      ...(answer.words.length > 0 ? [{ type: "text", text: answer.words.join("") }] : []),
      ...answer.toolCalls.map(({ name, input }, at) => ({ ...toolUse(at, name), input })),
    ],
    ...stop(answer.finishReason),
    usage: usageOf(answer.usage),
  }),

  stream(answer) {
    const usage = usageOf(answer.usage);
    const blocks = blocksOf(answer);
    return {
      opening:
        event("message_start", { message: { ...message(answer), usage: { ...usage, output_tokens: 1 } } }) +
        event("ping", {}),
      words: blocks.flatMap(({ start, deltas }, index) =>
        deltas.map((delta, at): StreamedWord => {
          const end = index > 0 ? blockStop(index - 1) : "";
          const head = at === 0 ? { head: end + event("content_block_start", { index, content_block: start }) } : {};
          return { ...head, event: event("content_block_delta", { index, delta }) };
        }),
      ),
      ending: [
        ...(blocks.length > 0 ? [blockStop(blocks.length - 1)] : []),
        event("message_delta", { delta: stop(answer.finishReason), usage: { ...usage } }),
      ],
      done: event("message_stop", {}),
    };
  },

  error: anthropicError,
  inBand: (message) => event("error", anthropicError(529, message)),

  refuse(refusal) {
    const invalid = (message: string) => ({ status: 400, body: anthropicError(400, message) });
    switch (refusal.kind) {
      case "context-length":
        return invalid(`prompt is too long: ${refusal.tokens} tokens > ${refusal.limit} maximum`);
      case "content-filter":
        return invalid("Output blocked by content filtering policy");
      case "prefill": {
        const why = "The conversation must end with a user message.";
        return invalid(`This model does not support assistant message prefill. ${why}`);
      }
      case "invalid":
        return invalid(refusal.message);
    }
  },

  counting: {
    path: /^\/v1\/messages\/count_tokens$/,
    read: (body, path) => anthropicWire.read(body, path),
    answer: (tokens) => ({ input_tokens: tokens }),
  },

  lists: [
    {
      method: "GET",
      path: /^\/v1\/models$/,
      header: "anthropic-version",
      body: (models) => ({
        data: models.map((model) => ({
          type: "model",
          id: model,
          display_name: `${model} (rehearsal)`,
          created_at: "2023-11-14T22:13:20Z",
        })),
        has_more: false,
        first_id: models[0] ?? null,
        last_id: models.at(-1) ?? null,
      }),
    },
  ],
};

/** Each event names its type twice: for server-sent events, and in its data. */
const event = (type: string, data: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;

const blockStop = (index: number): string => event("content_block_stop", { index });

const message = ({ model }: RehearsedAnswer) => ({
  id,
  type: "message",
  role: "assistant",
  model,
  content: [],
  stop_reason: null,
  stop_sequence: null,
});

const toolUse = (index: number, name: string) => ({
  type: "tool_use",
  id: `toolu_rehearsal_${index}`,
  name,
  input: {},
});

interface Block {
  readonly start: object;
  readonly deltas: readonly object[];
}

function blocksOf({ reasoning, words, toolCalls }: RehearsedAnswer): Block[] {
  const thinking: Block = {
    start: { type: "thinking", thinking: "", signature: "" },
    deltas: [
      ...reasoning.map((part) => ({ type: "thinking_delta", thinking: part })),
      { type: "signature_delta", signature },
    ],
  };
  const text: Block = {
    start: { type: "text", text: "" },
    deltas: words.map((word) => ({ type: "text_delta", text: word })),
  };
  return [
    ...(reasoning.length > 0 ? [thinking] : []),
    ...(words.length > 0 ? [text] : []),
    ...toolCalls.map(({ name, parts }, index) => ({
      start: toolUse(index, name),
      // The first part is always empty.
      deltas: ["", ...parts].map((part) => ({ type: "input_json_delta", partial_json: part })),
    })),
  ];
}

const stopReasons: Readonly<Record<FinishReason, string>> = {
  stop: "end_turn",
  length: "max_tokens",
  tool_calls: "tool_use",
  content_filter: "refusal",
};

const stop = (reason: FinishReason) => ({ stop_reason: stopReasons[reason], stop_sequence: null });

/** Anthropic counts what was read from and written to a cache beside the input, not as a part of it. */
function usageOf({ prompt_tokens, completion_tokens, cached_tokens = 0, cache_write_tokens = 0 }: RehearsedUsage) {
  return {
    input_tokens: prompt_tokens - cached_tokens - cache_write_tokens,
    cache_creation_input_tokens: cache_write_tokens,
    cache_read_input_tokens: cached_tokens,
    output_tokens: completion_tokens,
  };
}

function anthropicError(status: number, message: string): object {
  return { type: "error", error: { type: types[status] ?? "api_error", message }, request_id: "req_rehearsal" };
}

const types: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  422: "invalid_request_error",
  429: "rate_limit_error",
  504: "timeout_error",
  503: "overloaded_error",
  529: "overloaded_error",
};
