import type { BackendName, RouterConfig } from "../../config/index.ts";
import type { AnswerSaid, ChatDelta, ChatEvent, ChatRequest, Usage } from "../chat/index.ts";
import type { ErrorCode } from "../errors.ts";
import type { BreakerState } from "../reliability/index.ts";
import type { IncomingHeaders, TraceHeaders } from "./trace-context.ts";

/**
 * Traces by OpenTelemetry's conventions and metrics for Prometheus. Nothing here throws, waits or fails a request,
 * whatever the collector does. Without a collector nothing is traced, and a caller's trace context is passed on.
 */
export interface Telemetry {
  /** Begins a request: one SERVER span. */
  request(start: RequestStart): RequestTelemetry;
  /** Prompts and answers are put on spans. */
  readonly contentRecorded: boolean;
  /** Where the gauges of GET /metrics are read from, and which models are told by name there. */
  observe(sources: Observed): void;
  /** A new configuration was put in place, or refused. */
  reloaded(result: "ok" | "refused"): void;
  /** Goes on with another configuration; counters keep their values, and requests under way lose nothing. */
  reconfigure(config: RouterConfig): void;
  metricsText(): Promise<string>;
  /** The media type of `metricsText`. */
  readonly contentType: string;
  /** Sends what is left of the spans; resolves after `timeoutMs` at the latest. */
  close(options: { readonly timeoutMs: number }): Promise<void>;
}

export interface RequestStart {
  readonly method: string;
  /** The route's pattern, e.g. `/admin/keys/:id`: what stands in its place may be personal. Absent for no route. */
  readonly route?: string | undefined;
  readonly headers: IncomingHeaders;
  readonly requestId: string;
}

export interface RequestTelemetry {
  /** Begins an attempt at an upstream for this request: one CLIENT span. */
  attempt(start: AttemptStart): AttemptTelemetry;
  /** The response is a stream that begins now. */
  streaming(): void;
  /** At the end of the response's body, not of its head. Only the first call counts. */
  end(end: RequestEnd): void;
}

/** What became of a request; takes a Trail's fields by their names. */
export interface RequestEnd {
  /** 499 where the client went away before it had a status. */
  readonly status: number;
  readonly wire?: "openai" | "anthropic" | undefined;
  readonly caller?: { readonly tenant: string; readonly keyId: string } | undefined;
  readonly error?: ErrorCode | undefined;
  readonly outcome?: "answered" | "broken_off" | "client_gone" | "replayed" | undefined;
  readonly backend?: string | undefined;
  readonly model?: string | undefined;
  /** Why this model. */
  readonly reason?: string | undefined;
  readonly attempts?: number | undefined;
  readonly usage?: Usage | undefined;
  /** Nano-dollars. */
  readonly costNano?: number | undefined;
  readonly sovereign?: boolean | undefined;
  /** What `auto` meant, where a budget nears its end. */
  readonly throttle?: "cheaper" | "local" | undefined;
  /** What the response cache had; absent where it was not asked. */
  readonly cache?: "hit" | "miss" | undefined;
  /** What the answer had cost that was given again; nano-dollars. */
  readonly savedNano?: number | undefined;
}

export type Operation = "chat" | "embeddings" | "count_tokens";

export interface AttemptStart {
  readonly operation: Operation;
  readonly backend: BackendName;
  /** The provider's own name of the model. */
  readonly model: string;
  /** Whether the provider is asked for a stream. */
  readonly stream: boolean;
  /** Goes on with an answer that broke off at another target. */
  readonly continues?: boolean | undefined;
  readonly server?: { readonly address: string; readonly port: number } | undefined;
  /**
   * Called once, and only where the attempt is traced. Not a getter: a literal with one is a new hidden class for each
   * request, which V8 keeps with all that the getter knows until it collects everything.
   */
  readonly parameters?: (() => RequestParameters) | undefined;
}

/** What is known without reading the whole request. */
export interface RequestParameters {
  readonly maxOutputTokens?: number | undefined;
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly topK?: number | undefined;
  readonly seed?: number | undefined;
  readonly frequencyPenalty?: number | undefined;
  readonly presencePenalty?: number | undefined;
  readonly choices?: number | undefined;
}

export interface AttemptTelemetry {
  /** `traceparent` and `tracestate` for the provider; empty where there is no context. */
  readonly headers: TraceHeaders;
  /** Whether `prompt` and `answer` do anything; what they take is best not made where they don't. */
  readonly contentRecorded: boolean;
  prompt(request: Pick<ChatRequest, "messages">): void;
  /** A part of the answer; called as the parts come. */
  answer(deltas: readonly ChatDelta[]): void;
  /** The first visible event has come, as the last of these; with what came before it they say whose answer it is. */
  firstToken(begun?: readonly Pick<ChatEvent, "deltas">[]): void;
  /** Something worth a mark on the time line, in words of our own. */
  event(name: string): void;
  /** Only the first call counts. */
  end(end: AttemptEnd): void;
}

/** Why an attempt was made. */
export type AttemptCause =
  | "first"
  /** The same target again. */
  | "retry"
  /** Another target instead. */
  | "failover"
  | "continuation";

export type AttemptOutcome =
  | "answered"
  | "failed"
  /** The provider refused the request for what it says. */
  | "rejected"
  | "client_gone"
  /** After a part of the answer had come. */
  | "broken_off";

export interface AttemptEnd extends AnswerSaid {
  readonly outcome: AttemptOutcome;
  /** An UpstreamFailure, or what is needed of it. */
  readonly failure?: AttemptFailure | undefined;
}

export interface AttemptFailure {
  /** Safe to show: holds nothing that the provider wrote. */
  readonly message: string;
  readonly status?: number | undefined;
  /** It was waited for until a deadline. */
  readonly slow?: boolean | undefined;
}

/** Things whose state is read when metrics are. */
export interface Observed {
  readonly breakers?: () => Iterable<{
    readonly backend: string;
    readonly model: string;
    readonly state: BreakerState;
  }>;
  readonly predictive?: () => Iterable<{
    readonly backend: string;
    readonly model: string;
    /** Milliseconds; undefined before the first sample. */
    readonly averageMs: number | undefined;
    readonly slow: boolean;
  }>;
  /** What attempts have cost since the start; US dollars. */
  readonly costs?: () => Iterable<{
    readonly backend: string;
    readonly model: string;
    readonly tenant: string;
    readonly estimated: boolean;
    readonly usd: number;
  }>;
  /** Budgets that have a limit, as they were when they were last looked at; US dollars. */
  readonly budgets?: () => Iterable<{
    /** stack, tenant:<name> or key:<id>. */
    readonly scope: string;
    readonly throttle: "cheaper" | "local" | undefined;
    readonly periods: readonly {
      readonly period: string;
      readonly limit: number;
      readonly spent: number;
      readonly reserved: number;
    }[];
  }>;
  /** Alerts by what became of them. */
  readonly alerts?: () => Readonly<Record<string, number>>;
  /** The models that a backend lists or has by default, beside those that the configuration names. */
  readonly models?: (backend: BackendName) => readonly string[];
}
