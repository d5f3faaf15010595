import type { CostReport } from "./costs.ts";
import { renderCsv } from "./csv.ts";
import type { CostFigures } from "./figures.ts";
import { dollars } from "./money.ts";
import type { LedgerEntry, RequestEntry, RequestReport } from "./requests.ts";

// Money is decimal text in both forms: a float would not hold the last places of a large sum.

/** The body of `GET /v1/costs`. */
export function costsJson({ from, to, groupBy, timezone, groups, total, readFrom }: CostReport): object {
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    group_by: groupBy,
    timezone,
    read_from: readFrom,
    groups: groups.map(({ by, ...figures }) => ({ ...by, ...figuresJson(figures) })),
    total: figuresJson(total),
  };
}

/** As CSV: a line a group; no line for the total, so that a column can be summed up. */
export function costsCsv({ groupBy, groups, total }: CostReport): string {
  const lines = groups.map(({ by, ...figures }) => [
    ...groupBy.map((group) => by[group] ?? ""),
    ...Object.values(figuresJson(figures)),
  ]);
  return renderCsv([...groupBy, ...Object.keys(figuresJson(total))], lines);
}

/** The body of `GET /v1/costs/requests`. */
export function requestsJson({ requests, next, readFrom }: RequestReport): object {
  return {
    read_from: readFrom,
    ...(next === undefined ? {} : { next }),
    requests: requests.map(({ attempts, ...request }) => ({
      ...requestFields(request),
      cost_usd: dollars(request.costNano),
      attempts: attempts.map((attempt) => ({ ...attemptFields(attempt), unit_prices: attempt.unitPrices })),
    })),
  };
}

const requestColumns = ["at", "request_id", "stack", "region", "tenant", "key", "feature", "wire"] as const;

/** As CSV: a line an attempt. */
export function requestsCsv({ requests }: RequestReport): string {
  const lines = requests.flatMap(({ attempts, ...request }) => {
    const fields = requestFields(request);
    return attempts.map((attempt) => [
      ...requestColumns.map((column) => fields[column]),
      ...attemptColumns.map((column) => attemptFields(attempt)[column]),
    ]);
  });
  const names = attemptColumns.map((column) => (column === "at" ? "attempt_at" : column));
  return renderCsv([...requestColumns, ...names], lines);
}

function figuresJson(figures: CostFigures) {
  return {
    requests: figures.requests,
    attempts: figures.attempts,
    failed: figures.failed,
    input_tokens: figures.inputTokens,
    cached_tokens: figures.cachedTokens,
    cache_write_tokens: figures.cacheWriteTokens,
    output_tokens: figures.outputTokens,
    reasoning_tokens: figures.reasoningTokens,
    cost_usd: dollars(figures.costNano),
    estimated_usd: dollars(figures.estimatedNano),
    arbitrage_saved_usd: dollars(figures.arbitrageSavedNano),
    cache_saved_usd: dollars(figures.cacheSavedNano),
  };
}

function requestFields(request: Omit<RequestEntry, "attempts">) {
  return {
    at: request.at.toISOString(),
    request_id: request.requestId,
    stack: request.stack,
    region: request.region,
    tenant: request.tenant,
    key: request.key,
    feature: request.feature,
    wire: request.wire,
  };
}

function attemptFields(attempt: LedgerEntry) {
  const { arbitrageSavedNano: arbitrage, cacheSavedNano: cache } = attempt;
  return {
    attempt_id: attempt.attemptId,
    at: attempt.at.toISOString(),
    number: attempt.number,
    cause: attempt.cause,
    backend: attempt.backend,
    model: attempt.model,
    operation: attempt.operation,
    outcome: attempt.outcome,
    input_tokens: attempt.inputTokens,
    cached_tokens: attempt.cachedTokens,
    cache_write_tokens: attempt.cacheWriteTokens,
    output_tokens: attempt.outputTokens,
    reasoning_tokens: attempt.reasoningTokens,
    cost_usd: dollars(attempt.costNano),
    estimated: attempt.estimated,
    latency_ms: attempt.latencyMs,
    first_token_ms: attempt.firstTokenMs,
    price_table: attempt.priceTable,
    arbitrage_saved_usd: arbitrage === undefined ? undefined : dollars(arbitrage),
    cache_saved_usd: cache === undefined ? undefined : dollars(cache),
  };
}

const attemptColumns = [
  "attempt_id",
  "at",
  "number",
  "cause",
  "backend",
  "model",
  "operation",
  "outcome",
  "input_tokens",
  "cached_tokens",
  "cache_write_tokens",
  "output_tokens",
  "reasoning_tokens",
  "cost_usd",
  "estimated",
  "latency_ms",
  "first_token_ms",
  "price_table",
  "arbitrage_saved_usd",
  "cache_saved_usd",
] as const satisfies readonly (keyof ReturnType<typeof attemptFields>)[];
