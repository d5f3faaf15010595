import type { Kind } from "../conversation.ts";

/** Where questions go. */
export interface Target {
  readonly port: number;
  /** What this system calls the model. */
  readonly model: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Questions that follow one another on each of so many kept-alive connections (closed loop). */
export interface AskJob {
  readonly type: "ask";
  readonly target: Target;
  /** Taken in turn. */
  readonly kinds: readonly Kind[];
  readonly connections: number;
  /** The mean of a random pause (exponentially distributed) before each question; 0 asks at once. */
  readonly pauseMs: number;
  /** It goes on for so long... */
  readonly seconds: number;
  /** ...and until so many are answered, but never longer than `longestSeconds`. */
  readonly atLeast: number;
  readonly longestSeconds: number;
}

/** So many streams that are open at the same time. */
export interface HoldJob {
  readonly type: "hold";
  readonly target: Target;
  readonly streams: number;
  readonly tokens: number;
}

export type LoadJob = AskJob | HoldJob;

/** Milliseconds from the question's first byte out. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

/** What an {@link AskJob} has seen. */
export interface AskResult {
  readonly requests: number;
  /** From the first question to the last answer. */
  readonly elapsedMs: number;
  /** Until the answer's last byte. */
  readonly whole: Latency;
  /** Until the body's first byte, of a stream its first event. */
  readonly first: Latency;
  /** CPU time of the load generator itself. */
  readonly cpuMs: number;
  /** Why the first answer that was not right was not; nothing is asked after it. */
  readonly failure?: string;
}

/** Where a {@link HoldJob} stands; the last one is its result. */
export interface HoldState {
  /** Streams that have begun and not ended. */
  readonly open: number;
  readonly complete: number;
  readonly lost: number;
  /** Why the first one was lost. */
  readonly failure?: string;
}

export type LoadReport =
  | { readonly type: "asking"; readonly requests: number }
  | { readonly type: "asked"; readonly result: AskResult }
  | { readonly type: "holding"; readonly state: HoldState }
  | { readonly type: "held"; readonly state: HoldState };

export type LoadOrder = LoadJob | { readonly type: "stop" };
