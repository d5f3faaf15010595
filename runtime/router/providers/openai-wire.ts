import { type ChatEvent, usageOf } from "../stream/chat-event.ts";
import { failureInBand, OpenAiScanner } from "../stream/openai-scanner.ts";
import { SseSplitter } from "../stream/sse-splitter.ts";
import { failureOfError, UpstreamFailure } from "./failure.ts";
import type { ChatCall, JsonAnswer } from "./provider.ts";
import { requireType, type Upstream } from "./upstream.ts";

/** The name under which a provider of this wire knows the limit of output tokens. */
export type LimitField = "max_tokens" | "max_completion_tokens";

export interface OpenAiWireOptions {
  readonly limitField: LimitField;
  /** Read for each request, so that a rotated key is used at once. */
  readonly headers: () => Readonly<Record<string, string>>;
}

/** Asks a provider that speaks the OpenAI wire; its bytes are passed on as they come. */
export class OpenAiWire {
  readonly #upstream: Upstream;
  readonly #options: OpenAiWireOptions;

  constructor(upstream: Upstream, options: OpenAiWireOptions) {
    this.#upstream = upstream;
    this.#options = options;
  }

  async chat(call: ChatCall): Promise<JsonAnswer> {
    const bytes = await this.#upstream.json(this.#request(call));
    return checkedAnswer(bytes);
  }

  async stream(call: ChatCall): Promise<AsyncIterable<readonly ChatEvent[]>> {
    const { headers, body } = await this.#upstream.open(this.#request(call));
    requireType(headers, "text/event-stream");
    return eventsOf(body, call.signal);
  }

  #request(call: ChatCall) {
    return {
      method: "POST",
      path: "/chat/completions",
      headers: { "content-type": "application/json", ...this.#options.headers() },
      body: JSON.stringify(upstreamBody(call, this.#options.limitField)),
      signal: call.signal,
    } as const;
  }
}

/** The client's body with the provider's model, the router's limit and usage asked for; all else as it came. */
export function upstreamBody(call: ChatCall, limitField: LimitField): Record<string, unknown> {
  const { max_tokens: tokens, max_completion_tokens: completionTokens, stream_options: options, ...rest } = call.body;
  const limit = completionTokens ?? tokens ?? call.maxOutputTokens;
  return {
    ...rest,
    model: call.model,
    ...(limit === undefined ? {} : { [limitField]: limit }),
    ...(call.stream ? { stream: true, stream_options: { ...(options as object | null), include_usage: true } } : {}),
  };
}

function checkedAnswer(bytes: Buffer): JsonAnswer {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch {
    throw new UpstreamFailure("its answer is not JSON");
  }
  if (typeof value !== "object" || value === null) throw new UpstreamFailure("its answer is not an object");
  const { choices, error, usage } = value as Record<string, unknown>;
  if (error !== undefined && error !== null) throw failureInBand(error);
  if (!Array.isArray(choices) || choices.length === 0) throw new UpstreamFailure("its answer has no choices");
  const counted = usageOf(usage);
  return { bytes, ...(counted ? { usage: counted } : {}) };
}

async function* eventsOf(body: AsyncIterable<Buffer>, signal: AbortSignal): AsyncGenerator<readonly ChatEvent[]> {
  const splitter = new SseSplitter();
  const scanner = new OpenAiScanner();
  let begun = false;
  let events: ChatEvent[] = [];
  try {
    for await (const chunk of body) {
      for (const bytes of splitter.push(chunk)) {
        const event = scanner.scan(bytes);
        if (event) events.push(event);
      }
      if (events.length === 0) continue;
      yield events;
      begun = true;
      events = [];
    }
  } catch (error) {
    // What was good before it is not lost; before the first batch another backend can give the whole answer.
    if (begun && events.length > 0 && !signal.aborted) yield events;
    throw signal.aborted ? signal.reason : failureOfError(error);
  }
  // Some providers leave out the last blank line; only `[DONE]` may be taken without it.
  if (splitter.rest.toString("latin1").trim() === "data: [DONE]") yield [{ kind: "done", bytes: splitter.rest }];
}
