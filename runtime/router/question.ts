import type { ChatRequest } from "./chat/index.ts";
import type { ChatBody, ChatQuestion } from "./providers/provider.ts";
import type { Continuation } from "./stream/seam.ts";
import type { Wire } from "./wires/wire.ts";

/** What a client asked; read into the router's own form only for a provider that needs it. */
export class ClientQuestion implements ChatQuestion {
  readonly wire: Wire["name"];
  readonly body: ChatBody;
  readonly headers: Readonly<Record<string, string>>;
  readonly #wire: Wire;
  #request: ChatRequest | undefined;
  #bytes: number | undefined;

  /** @param bytes of the body as JSON, where that is known */
  constructor(wire: Wire, body: ChatBody, headers: Readonly<Record<string, string>> = {}, bytes?: number) {
    this.wire = wire.name;
    this.body = body;
    this.headers = headers;
    this.#wire = wire;
    this.#bytes = bytes;
  }

  /** Of the body as JSON, UTF-8. */
  get bytes(): number {
    this.#bytes ??= Buffer.byteLength(JSON.stringify(this.body));
    return this.#bytes;
  }

  get request(): ChatRequest {
    this.#request ??= this.#wire.read(this.body);
    return this.#request;
  }

  /** The question to a target that goes on with an answer that broke off after `sent`. */
  continued(sent: string, how: Continuation): ClientQuestion {
    if (how === "restart" || sent.trim() === "") return this;
    // Both wires write these two messages alike. Anthropic refuses an answer that ends with blanks.
    const begun = { role: "assistant", content: sent.trimEnd() };
    const added = how === "prefill" ? [begun] : [begun, { role: "user", content: goOn }];
    const body = { ...this.body, messages: [...this.body.messages, ...added] };
    return new ClientQuestion(this.#wire, body, this.headers);
  }
}

const goOn =
  "Your answer above was cut off by a technical fault. Go on exactly where it ends, in the middle of a sentence if need be. Repeat nothing, and do not mention this.";
