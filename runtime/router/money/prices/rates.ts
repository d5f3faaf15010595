import type { Usage } from "../../chat/index.ts";
import { fromPicos, type Nanos, type Picos } from "../amount.ts";

/** What one token of each kind costs. */
export interface Rates {
  readonly input: Picos;
  readonly cachedInput: Picos;
  readonly cacheWrite: Picos;
  /** Kept in a cache for an hour instead of minutes. */
  readonly cacheWriteHour: Picos;
  readonly output: Picos;
  readonly reasoning: Picos;
  readonly audioInput: Picos;
  readonly audioOutput: Picos;
}

/** The rates of a whole request whose input is longer than `above`. */
export interface Tier extends Rates {
  /** Tokens. */
  readonly above: number;
}

/** What a model's answers cost, as it was when it was looked up; a ledger row keeps it. */
export interface Priced extends Rates {
  /** Ascending. */
  readonly tiers: readonly Tier[];
  readonly perRequest: Picos;
  /** For each millisecond that the model was at work. */
  readonly perMs: Picos;
  /** Where the prices are from, e.g. `@pydantic/genai-prices 0.1.8`. */
  readonly source: string;
  /** Nothing that it does costs anything. */
  readonly free: boolean;
}

/** Usage with the counts that some providers give beside the common ones. */
export interface BilledUsage extends Usage {
  /** Of cache_write_tokens: kept for an hour (Anthropic's ephemeral_1h_input_tokens). */
  readonly cache_write_hour_tokens?: number;
  /** Of prompt_tokens, and not among cached_tokens. */
  readonly audio_prompt_tokens?: number;
  /** Of completion_tokens. */
  readonly audio_completion_tokens?: number;
}

/**
 * The cost of one attempt. Counts that contradict each other are read so that none is charged twice and no token goes
 * for nothing.
 *
 * @param ms how long the model was at work; only prices by time need it
 */
export function costOf(priced: Priced, usage: BilledUsage, ms = 0): Nanos {
  if (priced.free) return 0;
  const prompt = count(usage.prompt_tokens);
  const completion = count(usage.completion_tokens);
  const cached = Math.min(count(usage.cached_tokens), prompt);
  const written = Math.min(count(usage.cache_write_tokens), prompt - cached);
  const hour = Math.min(count(usage.cache_write_hour_tokens), written);
  const heard = Math.min(count(usage.audio_prompt_tokens), prompt - cached - written);
  const spoken = Math.min(count(usage.audio_completion_tokens), completion);
  const thought = Math.min(count(usage.reasoning_tokens), completion - spoken);
  const rates = ratesFor(priced, prompt);
  return fromPicos(
    (prompt - cached - written - heard) * rates.input +
      cached * rates.cachedInput +
      (written - hour) * rates.cacheWrite +
      hour * rates.cacheWriteHour +
      heard * rates.audioInput +
      (completion - thought - spoken) * rates.output +
      thought * rates.reasoning +
      spoken * rates.audioOutput +
      priced.perRequest +
      count(ms) * priced.perMs,
  );
}

/** The tier is that of the whole request: providers don't split it at the boundary. */
export function ratesFor(priced: Priced, inputTokens: number): Rates {
  let rates: Rates = priced;
  for (const tier of priced.tiers) if (inputTokens > tier.above) rates = tier;
  return rates;
}

/** A provider's count; what is no count is none. */
function count(value: number | undefined): number {
  return value !== undefined && value > 0 && Number.isFinite(value) ? Math.ceil(value) : 0;
}
