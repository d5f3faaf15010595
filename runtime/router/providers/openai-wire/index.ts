import type { CancelSignal } from "../../cancel.ts";
import type { ChatEvent, WholeAnswer } from "../../chat/index.ts";
import { EventStream } from "../../stream/event-stream.ts";
import { answerObject, OpenAiScanner, usageOf, wholeAnswer } from "../../wires/openai/index.ts";
import { UpstreamFailure } from "../failure.ts";
import type { ChatCall, EmbeddingAnswer, EmbeddingCall } from "../provider.ts";
import { requireType, type Upstream } from "../upstream.ts";
import { type Dialect, upstreamBody } from "./body.ts";

export { type Dialect, type LimitField, upstreamBody } from "./body.ts";
export { effortOfBudget } from "./effort.ts";
export { withoutThoughts } from "./thoughts.ts";
export { unsupportedParts } from "./unsupported.ts";

/** Asks a provider that speaks the OpenAI wire; its events are passed on as they come. */
export class OpenAiWire {
  readonly #upstream: Upstream;
  readonly #dialect: Dialect;
  readonly #headers: () => Readonly<Record<string, string>>;

  /** @param headers read for each request, so that a rotated key is used at once */
  constructor(upstream: Upstream, dialect: Dialect, headers: () => Readonly<Record<string, string>>) {
    this.#upstream = upstream;
    this.#dialect = dialect;
    this.#headers = headers;
  }

  async stream(call: ChatCall): Promise<AsyncIterable<readonly ChatEvent[]>> {
    const { question, signal, trace = {} } = call;
    const own = question.wire === "openai" ? { ...question.headers, ...trace } : trace;
    const body = upstreamBody(call, this.#dialect);
    const response = await this.#upstream.open(this.#request("/chat/completions", body, signal, own));
    requireType(response.headers, "text/event-stream");
    return eventsOf(response.body, signal);
  }

  /** A whole answer to a question of this wire, as it came; what it says is checked. */
  async whole(call: ChatCall): Promise<WholeAnswer> {
    const { question, signal, trace = {} } = call;
    const body = upstreamBody(call, this.#dialect, true);
    const own = { ...question.headers, ...trace };
    return wholeAnswer(await this.#upstream.json(this.#request("/chat/completions", body, signal, own)));
  }

  async embed({ model, body, signal, trace = {} }: EmbeddingCall): Promise<EmbeddingAnswer> {
    const bytes = await this.#upstream.json(this.#request("/embeddings", { ...body, model }, signal, trace));
    return checkedEmbeddings(bytes);
  }

  #request(path: string, body: object, signal: CancelSignal, own: Readonly<Record<string, string>>) {
    const headers = { ...own, "content-type": "application/json", ...this.#headers() };
    return { method: "POST", path, headers, body: JSON.stringify(body), signal } as const;
  }
}

function checkedEmbeddings(bytes: Buffer): EmbeddingAnswer {
  const { data, usage } = answerObject(bytes);
  if (!Array.isArray(data)) throw new UpstreamFailure("its answer has no embeddings");
  const counted = usageOf(usage);
  return { bytes, ...(counted ? { usage: counted } : {}) };
}

function eventsOf(body: AsyncIterable<Buffer>, signal: CancelSignal): AsyncIterable<readonly ChatEvent[]> {
  const scanner = new OpenAiScanner();
  return new EventStream(
    body,
    {
      read(bytes, events) {
        const event = scanner.scan(bytes);
        if (event) events.push(event);
      },
      run: (bytes, at, events) => scanner.run(bytes, at, events),
      // Some providers leave out the last blank line; only `[DONE]` may be taken without it.
      end(rest, events) {
        if (rest.toString("latin1").trim() === "data: [DONE]") events.push({ kind: "done", bytes: rest, deltas: [] });
      },
    },
    signal,
  );
}
