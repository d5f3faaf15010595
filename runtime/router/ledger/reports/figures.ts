import type { Row } from "../database/database.ts";
import { measureNames } from "../store/columns.ts";

/** Sums over attempts; money in nano-dollars (1e-9 USD), exact. */
export interface CostFigures {
  readonly requests: number;
  readonly attempts: number;
  /** Attempts that ended in anything but an answer. */
  readonly failed: number;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  readonly costNano: bigint;
  /** Of costNano: what no provider has confirmed. */
  readonly estimatedNano: bigint;
  readonly arbitrageSavedNano: bigint;
  readonly cacheSavedNano: bigint;
}

/** Sums as text, so that no driver makes a float of them. */
export const figuresSql = measureNames.map((name) => `coalesce(sum(${name}), 0)::text as ${name}`).join(",\n  ");

export function figuresOf(row: Row): CostFigures {
  const count = (name: string) => Number(row[name]);
  const nano = (name: string) => BigInt(String(row[name]));
  return {
    requests: count("requests"),
    attempts: count("attempts"),
    failed: count("failed"),
    inputTokens: count("input_tokens"),
    cachedTokens: count("cached_tokens"),
    cacheWriteTokens: count("cache_write_tokens"),
    outputTokens: count("output_tokens"),
    reasoningTokens: count("reasoning_tokens"),
    costNano: nano("cost_nano"),
    estimatedNano: nano("estimated_nano"),
    arbitrageSavedNano: nano("arbitrage_saved_nano"),
    cacheSavedNano: nano("cache_saved_nano"),
  };
}

export function sumOf(all: readonly CostFigures[]): CostFigures {
  const count = (of: (figures: CostFigures) => number) => all.reduce((sum, each) => sum + of(each), 0);
  const nano = (of: (figures: CostFigures) => bigint) => all.reduce((sum, each) => sum + of(each), 0n);
  return {
    requests: count(({ requests }) => requests),
    attempts: count(({ attempts }) => attempts),
    failed: count(({ failed }) => failed),
    inputTokens: count(({ inputTokens }) => inputTokens),
    cachedTokens: count(({ cachedTokens }) => cachedTokens),
    cacheWriteTokens: count(({ cacheWriteTokens }) => cacheWriteTokens),
    outputTokens: count(({ outputTokens }) => outputTokens),
    reasoningTokens: count(({ reasoningTokens }) => reasoningTokens),
    costNano: nano(({ costNano }) => costNano),
    estimatedNano: nano(({ estimatedNano }) => estimatedNano),
    arbitrageSavedNano: nano(({ arbitrageSavedNano }) => arbitrageSavedNano),
    cacheSavedNano: nano(({ cacheSavedNano }) => cacheSavedNano),
  };
}
