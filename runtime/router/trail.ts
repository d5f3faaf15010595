import type { BackendFailure } from "./errors.ts";
import type { Usage } from "./stream/chat-event.ts";

/** What became of one request: grows as it goes through the pipeline, read by the log line. */
export interface Trail {
  backend?: string;
  model?: string;
  /** Why this model; ASCII, fit for a header. */
  reason?: string;
  /** Attempts at backends, the successful one included. */
  attempts: number;
  failures: BackendFailure[];
  /** What someone must look after: a refused key, used-up credit, a missing model. */
  alerts: BackendFailure[];
  maxOutputTokens?: number;
  usage?: Usage;
  outcome?: "answered" | "broken_off" | "client_gone";
}

export const newTrail = (): Trail => ({ attempts: 0, failures: [], alerts: [] });
