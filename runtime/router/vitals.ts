import type { UpstreamFailure } from "./providers/failure.ts";

/** What the last attempts at a backend showed; read by /health. */
export class Vitals {
  /** Milliseconds to the first token of the last stream, or to the whole of the last JSON answer. */
  latencyMs: number | undefined;
  /** Why the last attempt failed; undefined after a success. */
  lastFailure: string | undefined;

  succeeded(latencyMs: number): void {
    this.latencyMs = Math.round(latencyMs);
    this.lastFailure = undefined;
  }

  /** A request that the provider refused says nothing about the provider. */
  failed(failure: UpstreamFailure): void {
    if (failure.consequence !== "reject") this.lastFailure = failure.message;
  }
}
