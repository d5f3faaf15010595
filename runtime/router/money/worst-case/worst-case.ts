import type { BackendName } from "../../../config/index.ts";
import { fromPicos, type Nanos } from "../amount.ts";
import { type Priced, ratesFor } from "../prices/rates.ts";
import { type InputSize, inputBound } from "./input.ts";

export interface Attempt extends InputSize {
  readonly backend: BackendName;
  /** What the provider is told to write at most for each choice, by the client or by the router. */
  readonly maxOutputTokens: number;
  /** Milliseconds after which the attempt is ended; for models that are priced by time. */
  readonly maxMs: number;
}

export interface WorstCase {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly amount: Nanos;
}

/**
 * The most that one attempt at a chat can cost, known before it is sent. What it doesn't know the price of is named by
 * `unbounded`.
 */
export function worstCase(priced: Priced, attempt: Attempt): WorstCase {
  const input = inputBound(attempt.backend, attempt);
  const outputTokens = count(attempt.maxOutputTokens) * choices(attempt.body.n);
  if (priced.free) return { inputTokens: input.tokens, outputTokens, amount: 0 };
  const speaks = Array.isArray(attempt.body.modalities) && attempt.body.modalities.includes("audio");
  let dearest = 0;
  // The bound may lie in a tier above that of the real input, whose output is not always the dearer one.
  for (const rates of [priced, ...priced.tiers.filter(({ above }) => above < input.tokens)]) {
    const caching = input.cacheWrites ? Math.max(rates.cacheWrite, rates.cacheWriteHour) : rates.cacheWrite;
    const read = Math.max(rates.input, rates.cachedInput, caching, input.audio ? rates.audioInput : 0);
    const written = Math.max(rates.output, rates.reasoning, speaks ? rates.audioOutput : 0);
    dearest = Math.max(dearest, input.tokens * read + outputTokens * written);
  }
  const amount = fromPicos(dearest + priced.perRequest + Math.ceil(attempt.maxMs) * priced.perMs);
  return { inputTokens: input.tokens, outputTokens, amount };
}

/** The most that a request for embeddings can cost. */
export function worstCaseOfEmbeddings(priced: Priced, bytes: number, maxMs: number): Nanos {
  if (priced.free) return 0;
  return fromPicos(bytes * ratesFor(priced, bytes).input + priced.perRequest + Math.ceil(maxMs) * priced.perMs);
}

const count = (value: number): number => (Number.isFinite(value) && value > 0 ? Math.ceil(value) : 0);
const choices = (n: unknown): number => (typeof n === "number" && n > 1 ? count(n) : 1);
