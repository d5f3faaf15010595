import type { ChatRequest } from "../../chat/index.ts";
import type { ChatBody, ChatCall } from "../provider.ts";

/** The name under which a provider of this wire knows the limit of output tokens. */
export type LimitField = "max_tokens" | "max_completion_tokens";

/** How a provider's wire differs from what OpenAI's clients write. */
export interface Dialect {
  readonly limitField: LimitField;
  /** A client's own body, changed where this provider would refuse or misunderstand it. */
  adapt(body: ChatBody): ChatBody;
  /** A request of another wire, without model, limit and stream. */
  render(request: ChatRequest, model: string): Readonly<Record<string, unknown>>;
}

/**
 * What is sent upstream: the client's own body, if it is of this wire, with the provider's model, the router's limit
 * and usage asked for, and else all as it came.
 *
 * @param whole the answer is wanted in one piece
 */
export function upstreamBody(call: ChatCall, dialect: Dialect, whole = false): Record<string, unknown> {
  const { question, model } = call;
  const { body, limit, options } = question.wire === "openai" ? passed(call, dialect) : rendered(call, dialect);
  return {
    ...body,
    model,
    ...(limit === undefined ? {} : { [dialect.limitField]: limit }),
    ...(whole ? {} : { stream: true, stream_options: { ...options, include_usage: true } }),
  };
}

interface Parts {
  readonly body: Readonly<Record<string, unknown>>;
  readonly limit: unknown;
  /** The client's own options of the stream. */
  readonly options?: object | null | undefined;
}

function passed({ question, maxOutputTokens }: ChatCall, dialect: Dialect): Parts {
  const {
    max_tokens: tokens,
    max_completion_tokens: completionTokens,
    stream_options: options,
    stream: _stream,
    ...body
  } = dialect.adapt(question.body);
  return { body, limit: completionTokens ?? tokens ?? maxOutputTokens, options: options as Parts["options"] };
}

function rendered({ question: { request }, model, maxOutputTokens }: ChatCall, dialect: Dialect): Parts {
  return { body: dialect.render(request, model), limit: request.maxOutputTokens ?? maxOutputTokens };
}
