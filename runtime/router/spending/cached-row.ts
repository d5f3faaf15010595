import { type AttemptRow, newAttemptId, noUsage } from "../ledger/index.ts";
import type { Nanos } from "../money/index.ts";
import type { Operation } from "../telemetry/index.ts";
import type { Spender } from "./request-account.ts";

/** What a request did not cost because its answer was there. */
export interface Saved {
  readonly backend: string;
  readonly model: string;
  readonly operation: Operation;
  readonly amount: Nanos;
  readonly latencyMs: number;
}

/** A request without an attempt: nobody was asked, and nothing was read, written or spent. */
export function cachedRow(spender: Spender, { backend, model, operation, amount, latencyMs }: Saved): AttemptRow {
  const id = newAttemptId();
  return {
    attemptId: id,
    firstAttemptId: id,
    ...spender,
    backend,
    model,
    operation,
    number: 0,
    cause: "cache",
    outcome: "cached",
    usage: noUsage,
    costNano: 0n,
    estimated: false,
    latencyMs,
    cacheSavedNano: BigInt(amount),
  };
}
