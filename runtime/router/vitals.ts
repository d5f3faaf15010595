import type { UpstreamFailure } from "./providers/failure.ts";

/** What the last attempts at a backend showed; read by /health. */
export class Vitals {
  /** Milliseconds to the first token of the last answer. */
  latencyMs: number | undefined;
  /** Why the last attempt failed; undefined after a success. */
  lastFailure: string | undefined;

  answered(latencyMs: number): void {
    this.latencyMs = Math.round(latencyMs);
    this.lastFailure = undefined;
  }

  failed(failure: UpstreamFailure): void {
    this.lastFailure = failure.message;
  }
}
