import type { AttemptCause, AttemptOutcome, Operation } from "../telemetry/index.ts";
import { isAttemptId, timeOf } from "./attempt-id.ts";

/** Who made an attempt at which upstream, known before it is made. No prompt and no answer is ever part of it. */
export interface AttemptIdentity {
  /** From `newAttemptId`; the row's time is the time in it. */
  readonly attemptId: string;
  /** That of the request's first attempt, itself included: what belongs to one request. */
  readonly firstAttemptId: string;
  /** As the client sees it in `x-request-id`; a client may send the same one twice. */
  readonly requestId: string;
  readonly tenant: string;
  readonly keyId: string;
  /** The client's own label (`x-router-feature`). */
  readonly feature?: string | undefined;
  readonly backend: string;
  readonly model: string;
  readonly operation: Operation;
  /** The wire that the client spoke. */
  readonly wire: string;
  /** From 1; 0 where nobody was asked. */
  readonly number: number;
  readonly cause: AttemptCause | "consensus" | "cache";
  /** What the costs were computed with; decimal text or numbers, never a float of a sum. */
  readonly unitPrices?: Readonly<Record<string, unknown>> | undefined;
  /** The version of the price table. */
  readonly priceTable?: string | undefined;
}

/** An attempt that is about to be made. */
export interface OpenAttempt extends AttemptIdentity {
  /** What was reserved for it, nano-dollars (1e-9 USD); it settles at this where its router dies. */
  readonly reservedNano: bigint;
  /** When it is certainly over, milliseconds since 1970. */
  readonly expiresAt: number;
  /** The budgets that it was reserved on, in the words of whoever keeps them. */
  readonly scopes: readonly string[];
}

export interface LedgerUsage {
  /** Everything that was read; cached and newly cached tokens are part of it. */
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly cacheWriteTokens: number;
  /** Everything that was written; reasoning is part of it. */
  readonly outputTokens: number;
  readonly reasoningTokens: number;
}

/** One attempt at an upstream that has ended. */
export interface AttemptRow extends AttemptIdentity {
  /** `abandoned`: its router died; the cost is what was reserved. `cached`: nobody was asked, the answer was there. */
  readonly outcome: AttemptOutcome | "abandoned" | "cached";
  readonly usage: LedgerUsage;
  readonly costNano: bigint;
  /** The provider did not say what it counted. */
  readonly estimated: boolean;
  readonly latencyMs: number;
  readonly firstTokenMs?: number | undefined;
  /**
   * What "always the primary" would have cost more for the same tokens, nano-dollars; less than 0 where it would have been
   * cheaper. Absent where the request named its model, or nobody counted.
   */
  readonly arbitrageSavedNano?: bigint | undefined;
  /** What the answer had cost that was given again, nano-dollars. */
  readonly cacheSavedNano?: bigint | undefined;
}

/** The router that writes: the same for all of its rows. */
export interface LedgerSource {
  readonly stack: string;
  readonly region?: string | undefined;
}

/** Characters of a text; a client's label is nobody's place to keep things. */
const maxText = 256;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for; PostgreSQL has no place for NUL
const unfit = /[\u0000-\u001f\u007f]/g;

export const noUsage: LedgerUsage = {
  inputTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};

/** A row as JSON with the names of the table's columns: the form in the journal, and the one that is inserted. */
export function encodeRow(row: AttemptRow, source: LedgerSource): string {
  const { usage } = row;
  return JSON.stringify({
    ...identity(row),
    stack: clean(source.stack),
    region: clean(source.region ?? ""),
    outcome: row.outcome,
    input_tokens: whole(usage.inputTokens),
    cached_tokens: whole(usage.cachedTokens),
    cache_write_tokens: whole(usage.cacheWriteTokens),
    output_tokens: whole(usage.outputTokens),
    reasoning_tokens: whole(usage.reasoningTokens),
    cost_nano: String(row.costNano),
    estimated: row.estimated,
    latency_ms: whole(row.latencyMs),
    first_token_ms: row.firstTokenMs === undefined ? undefined : whole(row.firstTokenMs),
    arbitrage_saved_nano: row.arbitrageSavedNano?.toString(),
    cache_saved_nano: row.cacheSavedNano?.toString(),
  });
}

/** An attempt that begins, as JSON: all that is needed to settle it when its router is gone. */
export function encodeOpen(attempt: OpenAttempt): string {
  const { reservedNano, expiresAt, scopes } = attempt;
  return JSON.stringify({
    ...identity(attempt),
    reserved_nano: String(reservedNano),
    expires_at: expiresAt,
    scopes,
  });
}

/** The row of an attempt whose router died, from what `encodeOpen` wrote: it may have cost all that was reserved. */
export function abandonedRow(open: string, source: LedgerSource): string {
  const { reserved_nano, expires_at: _e, scopes: _s, ...known } = JSON.parse(open) as Record<string, unknown>;
  return JSON.stringify({
    ...known,
    stack: clean(source.stack),
    region: clean(source.region ?? ""),
    outcome: "abandoned",
    input_tokens: 0,
    cached_tokens: 0,
    cache_write_tokens: 0,
    output_tokens: 0,
    reasoning_tokens: 0,
    cost_nano: reserved_nano,
    estimated: true,
    latency_ms: 0,
  });
}

function identity(of: AttemptIdentity) {
  if (!isAttemptId(of.attemptId)) throw new TypeError("attemptId must come from newAttemptId");
  return {
    attempt_id: of.attemptId,
    at: new Date(timeOf(of.attemptId)).toISOString(),
    first_attempt_id: of.firstAttemptId,
    request_id: clean(of.requestId),
    tenant: clean(of.tenant),
    key_id: clean(of.keyId),
    feature: clean(of.feature ?? ""),
    backend: clean(of.backend),
    model: clean(of.model),
    operation: of.operation,
    wire: clean(of.wire),
    number: of.number,
    cause: of.cause,
    unit_prices: of.unitPrices,
    price_table: of.priceTable,
  };
}

function clean(text: string): string {
  return text.slice(0, maxText).toWellFormed().replace(unfit, " ");
}

function whole(value: number): number {
  return Number.isFinite(value) ? Math.max(0, Math.round(value)) : 0;
}
