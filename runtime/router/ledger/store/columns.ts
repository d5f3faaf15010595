/** The columns of `ledger_attempts` and their types, in the order in which they are inserted. */
export const columns = {
  attempt_id: "uuid",
  at: "timestamptz",
  first_attempt_id: "uuid",
  request_id: "text",
  stack: "text",
  region: "text",
  tenant: "text",
  key_id: "text",
  feature: "text",
  backend: "text",
  model: "text",
  operation: "text",
  wire: "text",
  outcome: "text",
  number: "integer",
  cause: "text",
  input_tokens: "bigint",
  cached_tokens: "bigint",
  cache_write_tokens: "bigint",
  output_tokens: "bigint",
  reasoning_tokens: "bigint",
  cost_nano: "bigint",
  estimated: "boolean",
  unit_prices: "jsonb",
  price_table: "text",
  latency_ms: "bigint",
  first_token_ms: "bigint",
  arbitrage_saved_nano: "bigint",
  cache_saved_nano: "bigint",
} as const;

/** What totals are kept by, beside their time. */
export const dimensions = ["stack", "region", "tenant", "key_id", "feature", "backend", "model"] as const;

/** What is summed up, and what one attempt adds to it. */
export const measures = {
  requests: "(attempt_id = first_attempt_id)::integer",
  attempts: "(outcome <> 'cached')::integer",
  failed: "(outcome not in ('answered', 'cached'))::integer",
  input_tokens: "input_tokens",
  cached_tokens: "cached_tokens",
  cache_write_tokens: "cache_write_tokens",
  output_tokens: "output_tokens",
  reasoning_tokens: "reasoning_tokens",
  cost_nano: "cost_nano",
  estimated_nano: "case when estimated then cost_nano else 0 end",
  arbitrage_saved_nano: "coalesce(arbitrage_saved_nano, 0)",
  cache_saved_nano: "coalesce(cache_saved_nano, 0)",
} as const;

export type Measure = keyof typeof measures;
export const measureNames = Object.keys(measures) as readonly Measure[];
