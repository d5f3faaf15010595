import type { BackendName } from "../../config/index.ts";
import type { CancelSignal } from "../cancel.ts";
import type { ChatEvent, ChatRequest, ChatWire, Unsupported, Usage, WholeAnswer } from "../chat/index.ts";

/** A chat request in the client's own wire; what the router does not know is part of it. */
export interface ChatBody {
  readonly [field: string]: unknown;
  readonly model: string;
  readonly messages: readonly unknown[];
}

/** What a client asked, in its own wire and, when that is needed, in the router's own form. */
export interface ChatQuestion {
  readonly wire: Extract<ChatWire, "openai" | "anthropic">;
  readonly body: ChatBody;
  /** Headers of the client's that belong to its wire, e.g. `anthropic-beta`; for a provider of the same wire. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Read from `body` when first asked for. */
  readonly request: ChatRequest;
}

export interface ChatCall {
  /** The provider's own name of the model. */
  readonly model: string;
  readonly question: ChatQuestion;
  /** Set where the client gave no limit of its own. */
  readonly maxOutputTokens?: number;
  /** Chooses the version of an A/B test: the same value, the same version. */
  readonly stickyKey: string;
  /** The trace that this call is a step of, as W3C headers; empty where there is none. */
  readonly trace?: Readonly<Record<string, string>>;
  /** Aborted on a deadline or when the client is gone; the upstream connection ends at once. */
  readonly signal: CancelSignal;
}

export interface EmbeddingCall {
  readonly model: string;
  /** A request of the OpenAI wire; `input` is text or a list of texts, checked by the route. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly stickyKey: string;
  readonly trace?: Readonly<Record<string, string>>;
  readonly signal: CancelSignal;
}

export type CountCall = Pick<ChatCall, "model" | "question" | "trace" | "signal">;

/** A whole answer in the OpenAI wire's form. */
export interface EmbeddingAnswer {
  readonly bytes: Buffer;
  readonly usage?: Usage;
}

export interface Probe {
  /** The models that the provider lists. */
  readonly models: readonly string[];
}

/** Where a provider is reached. */
export interface ServerAddress {
  readonly address: string;
  readonly port: number;
}

/**
 * One provider of models. Chat is asked as a stream: a client that wants a whole answer gets it put together by the
 * router, so that deadlines and the time to the first token mean the same for both. Only while other streams tell how a
 * model is may a whole answer be asked for as one.
 *
 * Each method rejects with an UpstreamFailure, which has decided what the failure means.
 */
export interface LlmProvider {
  readonly backend: BackendName;
  readonly defaultModel: string;
  readonly server: ServerAddress;
  /** The form of its events' bytes. */
  readonly wire: ChatWire;
  /** What of a request this provider can't do; empty where it can do all of it. Called before `stream`. */
  unsupported(question: ChatQuestion, model: string): readonly Unsupported[];
  /** The model's name with the version that answers this caller; absent where models have no versions. */
  versioned?(model: string, stickyKey: string): string;
  /** Whether the model goes on with an answer of the assistant that the request ends with. */
  continuesPrefill(model: string): boolean;
  /**
   * Resolves once the provider has accepted the request; then batches of checked events as they arrive. The end of the
   * iteration is the end of the connection: whether the answer was whole is for the reader to decide.
   */
  stream(call: ChatCall): Promise<AsyncIterable<readonly ChatEvent[]>>;
  /** A whole answer to a question in the provider's own wire; absent where it is always put together of a stream. */
  whole?(call: ChatCall): Promise<WholeAnswer>;
  /** Absent where the provider has no embeddings. */
  embed?(call: EmbeddingCall): Promise<EmbeddingAnswer>;
  /** The input tokens of a question as the provider counts them; absent where it can't be asked. */
  countTokens?(call: CountCall): Promise<number>;
  /** Whether it answers now, asked in the cheapest way that also proves the key. */
  probe(signal: CancelSignal): Promise<Probe>;
  close(): Promise<void>;
}
