/**
 * One row an attempt, and the same summed up by hour and by day (UTC). All are partitioned by month; a partition is made
 * ahead of its month and dropped when it is too old.
 *
 * The key holds the time because a partitioned table's must; the time is part of the id, so the id alone is unique.
 */
export const sql = `
create table ledger_attempts (
  attempt_id uuid not null,
  at timestamptz not null,
  first_attempt_id uuid not null,
  request_id text not null,
  stack text not null,
  region text not null,
  tenant text not null,
  key_id text not null,
  feature text not null,
  backend text not null,
  model text not null,
  operation text not null,
  wire text not null,
  outcome text not null,
  number integer not null,
  cause text not null,
  input_tokens bigint not null,
  cached_tokens bigint not null,
  cache_write_tokens bigint not null,
  output_tokens bigint not null,
  reasoning_tokens bigint not null,
  cost_nano bigint not null check (cost_nano >= 0),
  estimated boolean not null,
  unit_prices jsonb,
  price_table text,
  latency_ms bigint not null,
  first_token_ms bigint,
  arbitrage_saved_nano bigint,
  cache_saved_nano bigint,
  primary key (attempt_id, at)
) partition by range (at);

create index ledger_attempts_by_request on ledger_attempts (first_attempt_id);
create index ledger_attempts_by_tenant on ledger_attempts (tenant, attempt_id) where attempt_id = first_attempt_id;

create table ledger_hours (
  at timestamptz not null,
  stack text not null,
  region text not null,
  tenant text not null,
  key_id text not null,
  feature text not null,
  backend text not null,
  model text not null,
  requests bigint not null,
  attempts bigint not null,
  failed bigint not null,
  input_tokens bigint not null,
  cached_tokens bigint not null,
  cache_write_tokens bigint not null,
  output_tokens bigint not null,
  reasoning_tokens bigint not null,
  cost_nano bigint not null,
  estimated_nano bigint not null,
  arbitrage_saved_nano bigint not null,
  cache_saved_nano bigint not null,
  primary key (at, tenant, key_id, model, backend, feature, stack, region)
) partition by range (at);

create table ledger_days (like ledger_hours including indexes) partition by range (at);
`;
