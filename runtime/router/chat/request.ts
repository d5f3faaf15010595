/**
 * A chat request as the router understands it, whichever wire it came in. A provider that speaks the client's own wire
 * gets the client's body instead; this form exists where the two differ.
 */
export interface ChatRequest {
  /** In order; `system` messages stand where the client put them. */
  readonly messages: readonly Message[];
  readonly tools: readonly Tool[];
  readonly toolChoice?: ToolChoice;
  readonly parallelToolCalls?: boolean;
  readonly maxOutputTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly seed?: number;
  readonly stop: readonly string[];
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  /** How many answers; 1 where absent. */
  readonly choices?: number;
  /** Log probabilities of so many alternatives per token; 0 for the chosen one alone. */
  readonly logprobs?: number;
  readonly format?: OutputFormat;
  readonly reasoning?: Reasoning;
  /** The end user, as the client names them; a hint against abuse, never an identity of ours. */
  readonly user?: string;
  /**
   * Fields that this form has no place for, by their path in the client's wire. A provider of another wire refuses
   * them by name (see Unsupported), unless they are known not to change the answer.
   */
  readonly foreign: Readonly<Record<string, unknown>>;
}

export type Message =
  | { readonly role: "system"; readonly parts: readonly TextPart[] }
  | { readonly role: "user"; readonly parts: readonly UserPart[]; readonly name?: string }
  | { readonly role: "assistant"; readonly parts: readonly AssistantPart[]; readonly name?: string }
  | ToolResult;

export type UserPart = TextPart | ImagePart | FilePart;
export type AssistantPart = TextPart | ReasoningPart | RefusalPart | ToolCallPart;

export interface TextPart {
  readonly type: "text";
  readonly text: string;
  /** A prompt cache may end here (Anthropic's cache_control); other providers cache by themselves. */
  readonly cache?: Readonly<Record<string, unknown>>;
}

/** Bytes in base64, or an address that the provider fetches itself: the router never fetches what a client names. */
export type MediaSource =
  | { readonly kind: "base64"; readonly mediaType: string; readonly data: string }
  | { readonly kind: "url"; readonly url: string };

export interface ImagePart {
  readonly type: "image";
  readonly source: MediaSource;
  readonly detail?: "low" | "high" | "auto";
  readonly cache?: TextPart["cache"];
}

/** A document, e.g. a PDF. */
export interface FilePart {
  readonly type: "file";
  readonly source: MediaSource;
  readonly name?: string;
  readonly cache?: TextPart["cache"];
}

/** What a model thought before it answered. */
export interface ReasoningPart {
  readonly type: "reasoning";
  readonly text: string;
  readonly signature?: Signature;
}

/** Proof that a thought is the provider's own; opaque, and of no use to any other provider. */
export interface Signature {
  readonly by: "claude" | "gemini";
  readonly value: string;
  /** `value` is the encrypted thought itself, without readable text (Anthropic's redacted_thinking). */
  readonly redacted?: boolean;
}

export interface RefusalPart {
  readonly type: "refusal";
  readonly text: string;
}

export interface ToolCallPart {
  readonly type: "tool_call";
  readonly id: string;
  readonly name: string;
  /** JSON text of an object, as the model wrote it. */
  readonly arguments: string;
  readonly signature?: Signature;
}

export interface ToolResult {
  readonly role: "tool";
  readonly callId: string;
  readonly parts: readonly UserPart[];
  readonly isError?: boolean;
}

export interface Tool {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the arguments' object. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly strict?: boolean;
  readonly cache?: TextPart["cache"];
}

export type ToolChoice =
  | { readonly type: "auto" | "none" | "required" }
  | { readonly type: "tool"; readonly name: string };

export type OutputFormat =
  | { readonly type: "json" }
  | {
      readonly type: "json_schema";
      readonly schema: Readonly<Record<string, unknown>>;
      readonly name?: string;
      readonly description?: string;
      readonly strict?: boolean;
    };

export interface Reasoning {
  /** Whether the model may think at all; absent leaves it to the model. */
  readonly enabled?: boolean;
  readonly effort?: "minimal" | "low" | "medium" | "high" | "xhigh" | "max";
  /** At most so many tokens of thinking. */
  readonly budgetTokens?: number;
}

/** A part of a request that a backend can't do; the client gets it as a 400 that names both. */
export interface Unsupported {
  /** The field as the client wrote it, e.g. `logprobs` or `messages[2].content[0]`. */
  readonly param: string;
  /** e.g. `claude gives no log probabilities`. */
  readonly reason: string;
}
