import type { BackendName } from "../../config/index.ts";
import type { ChatEvent, Usage } from "../stream/chat-event.ts";

/** A chat request in the OpenAI wire's form; what the router does not know is passed on as it came. */
export interface ChatBody {
  readonly [field: string]: unknown;
  readonly model: string;
  readonly messages: readonly unknown[];
}

export interface ChatCall {
  /** The provider's own name of the model. */
  readonly model: string;
  readonly body: ChatBody;
  readonly stream: boolean;
  /** Set where the client gave no limit of its own. */
  readonly maxOutputTokens?: number;
  /** Aborted on a deadline or when the client is gone; the upstream connection ends at once. */
  readonly signal: AbortSignal;
}

/** A whole answer in the OpenAI wire's form. */
export interface JsonAnswer {
  readonly bytes: Buffer;
  readonly usage?: Usage;
}

export interface Probe {
  /** The models that the provider lists. */
  readonly models: readonly string[];
}

/**
 * One provider of models. Every provider answers in the OpenAI wire's form, whatever it speaks itself; where both are
 * the same the bytes are passed on untouched.
 *
 * Each method rejects with an UpstreamFailure, which has decided what the failure means.
 */
export interface LlmProvider {
  readonly backend: BackendName;
  readonly defaultModel: string;
  /** The whole answer, checked. */
  chat(call: ChatCall): Promise<JsonAnswer>;
  /**
   * Resolves once the provider has accepted the request; then batches of checked events as they arrive. The end of the
   * iteration is the end of the connection: whether the answer was whole is for the reader to decide.
   */
  stream(call: ChatCall): Promise<AsyncIterable<readonly ChatEvent[]>>;
  /** Whether it answers now, asked in the cheapest way that also proves the key. */
  probe(signal: AbortSignal): Promise<Probe>;
  close(): Promise<void>;
}
