import type { RehearsedAnswer } from "../answer.ts";

/** What of a chat request the rehearsal looks at. */
export interface Asked {
  readonly model: string;
  /** What the user said last. */
  readonly prompt: string;
  /** Estimated from all of the request's text: what has to fit into the model's context. */
  readonly promptTokens: number;
  readonly stream: boolean;
  /** Whether a stream ends with its usage; some wires always do. */
  readonly includeUsage: boolean;
  readonly maxTokens: number | undefined;
  /** The beginning of the answer, where the request ends with one. */
  readonly prefill: string | undefined;
  /** The same, where a user's turn follows it; with what it was an answer to. */
  readonly begun: { readonly text: string; readonly prompt: string } | undefined;
  /** Outputs that are given only where they are asked for, by their names in the wire. */
  readonly extras: readonly string[];
}

/** Parts of a path, by the names of the groups of the pattern that it matched. */
export type PathParts = Readonly<Record<string, string | undefined>>;

/** One word of a streamed answer, or one part of a tool call. */
export interface StreamedWord {
  /** What the wire says between words, e.g. the start of a block. */
  readonly head?: string;
  readonly event: string;
}

/** The events of a stream, in parts, so that a fault can come between any two words. */
export interface StreamParts {
  readonly opening: string;
  readonly words: readonly StreamedWord[];
  /** Finish reason and usage. */
  readonly ending: readonly string[];
  /** The wire's own last word; empty where the end of the connection is all there is. */
  readonly done: string;
}

/** Why a provider refuses a request for what it says. */
export type Refusal =
  | { readonly kind: "context-length"; readonly tokens: number; readonly limit: number }
  | { readonly kind: "content-filter" }
  | { readonly kind: "prefill" }
  | { readonly kind: "invalid"; readonly message: string };

export interface ErrorDetails {
  /** The error's code, where the wire has one beside the status. */
  readonly code?: string;
  /** As in the header. */
  readonly retryAfter?: string;
}

export interface ErrorAnswer {
  readonly status: number;
  readonly body: object;
}

export interface EmbeddingsOf {
  readonly model: string;
  readonly texts: readonly string[];
  readonly dimensions: number | undefined;
  /** How the wire wants them written, e.g. base64. */
  readonly format: string | undefined;
  /** The name of the answer's tensor. */
  readonly output: string | undefined;
}

/** A form in which a provider is asked; each fault is shown in the wire's own way. */
export interface RehearsalWire {
  readonly name: "openai" | "anthropic" | "gemini" | "triton";
  readonly chatPath: RegExp;
  /** Reads leniently: it is the router's work to be strict. */
  read(body: unknown, path: PathParts): Asked;
  /** What this provider refuses of any request, in its words. */
  complaint?(asked: Asked): string | undefined;
  whole(answer: RehearsedAnswer, asked: Asked): object;
  stream(answer: RehearsedAnswer, asked: Asked): StreamParts;
  /** The body of an error response, or of an error where an answer should be. */
  error(status: number, message: string, details?: ErrorDetails): object;
  /** An error in the middle of a stream. */
  inBand(message: string): string;
  refuse(refusal: Refusal): ErrorAnswer;
  readonly embeddings?: {
    readonly path: RegExp;
    read(body: unknown, path: PathParts): EmbeddingsOf;
    answer(asked: EmbeddingsOf, vectors: readonly (readonly number[])[]): object;
  };
  /** Counts the tokens of a chat request that is not made. */
  readonly counting?: {
    readonly path: RegExp;
    read(body: unknown, path: PathParts): Pick<Asked, "model" | "promptTokens">;
    answer(tokens: number): object;
  };
  readonly lists: readonly ListPath[];
}

/** A list of models, or another small thing that says that the provider is there and what it has. */
export interface ListPath {
  readonly method: "GET" | "POST";
  readonly path: RegExp;
  /** Answers only requests with this header; another wire has the same path. */
  readonly header?: string;
  /** Undefined answers with an empty body. */
  body(models: readonly string[], path: PathParts): object | undefined;
}
