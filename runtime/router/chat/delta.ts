import type { Signature } from "./request.ts";

/** Why an answer ended. */
export type FinishReason =
  | "stop"
  /** One of the request's stop sequences; `stop` on wires that make no difference. */
  | "stop_sequence"
  /** The limit of output tokens, or the model's context. */
  | "length"
  | "tool_calls"
  /** The provider or the model refused. */
  | "content_filter"
  /** A long turn of a provider's own tools was interrupted; the client sends it back to go on. */
  | "pause";

/** Tokens of one answer, as the provider counted them. */
export interface Usage {
  /** Everything that was read, cached tokens included. */
  readonly prompt_tokens: number;
  /** Everything that was written, reasoning included. */
  readonly completion_tokens: number;
  readonly total_tokens: number;
  /** Of prompt_tokens: read from a cache. */
  readonly cached_tokens?: number;
  /** Of prompt_tokens: written to a cache. */
  readonly cache_write_tokens?: number;
  /** Of completion_tokens: thought, not said. */
  readonly reasoning_tokens?: number;
}

/**
 * One step of an answer. `choice` is 0 where the request asked for one answer; `index` counts the tool calls of a
 * choice from 0.
 */
export type ChatDelta =
  | { readonly type: "start"; readonly id: string; readonly model: string }
  | { readonly type: "text"; readonly choice: number; readonly text: string }
  | { readonly type: "refusal"; readonly choice: number; readonly text: string }
  | { readonly type: "reasoning"; readonly choice: number; readonly text: string }
  /** Ends the thought that went before it. */
  | { readonly type: "signature"; readonly choice: number; readonly signature: Signature }
  | {
      readonly type: "tool_call";
      readonly choice: number;
      readonly index: number;
      readonly id: string;
      readonly name: string;
      readonly signature?: Signature;
    }
  /** A further part of the JSON text of a call's arguments. */
  | { readonly type: "tool_arguments"; readonly choice: number; readonly index: number; readonly json: string }
  | {
      readonly type: "finish";
      readonly choice: number;
      readonly reason: FinishReason;
      readonly stopSequence?: string;
    }
  | { readonly type: "usage"; readonly usage: Usage };
