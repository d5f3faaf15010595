import { firstIdAt, isAttemptId, timeOf } from "../attempt-id.ts";
import type { Queries, Row } from "../database/database.ts";
import type { ReadFrom } from "../database/reads.ts";
import { type CostFilter, checkTime, filterSql } from "./costs.ts";
import { Parameters } from "./parts.ts";
import { ReportProblem } from "./problem.ts";

export interface RequestQuery extends CostFilter {
  readonly from: Date;
  /** Not part of it. */
  readonly to: Date;
  /** From 1 to 1,000; 100 by default. */
  readonly limit?: number | undefined;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
}

/** One attempt as the ledger has it; money in nano-dollars. */
export interface LedgerEntry {
  readonly attemptId: string;
  readonly at: Date;
  readonly backend: string;
  readonly model: string;
  readonly operation: string;
  readonly outcome: string;
  readonly number: number;
  readonly cause: string;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  readonly costNano: bigint;
  readonly estimated: boolean;
  readonly unitPrices: unknown;
  readonly priceTable: string | undefined;
  readonly latencyMs: number;
  readonly firstTokenMs: number | undefined;
  readonly arbitrageSavedNano: bigint | undefined;
  readonly cacheSavedNano: bigint | undefined;
}

export interface RequestEntry {
  readonly firstAttemptId: string;
  readonly requestId: string;
  readonly at: Date;
  readonly stack: string;
  readonly region: string;
  readonly tenant: string;
  readonly key: string;
  readonly feature: string;
  readonly wire: string;
  readonly costNano: bigint;
  /** In the order in which they were made. */
  readonly attempts: readonly LedgerEntry[];
}

export interface Requests {
  /** Latest first. */
  readonly requests: readonly RequestEntry[];
  /** Where the next page begins; undefined after the last. */
  readonly next: string | undefined;
}

export type RequestReport = Requests & { readonly readFrom: ReadFrom };

const maxLimit = 1_000;
/** A request's attempts begin within this; milliseconds. */
const longestRequest = 86_400_000;

/** @throws ReportProblem */
export async function requests(queries: Queries, query: RequestQuery): Promise<Requests> {
  const { from, to, limit = 100, cursor } = query;
  checkTime(from, to);
  if (!Number.isInteger(limit) || limit < 1 || limit > maxLimit) {
    throw new ReportProblem("limit", `limit must be a whole number from 1 to ${maxLimit}`);
  }
  if (cursor !== undefined && !isAttemptId(cursor)) {
    throw new ReportProblem("cursor", "cursor must be what the page before gave as next");
  }
  const before = cursor ?? firstIdAt(to.getTime());
  const parameters = new Parameters();
  const time = (milliseconds: number) => parameters.add(new Date(milliseconds).toISOString(), "timestamptz");
  const until = Math.min(timeOf(before) + 1, to.getTime());
  const firsts = await queries.query(
    `select attempt_id::text as id from ledger_attempts
     where attempt_id = first_attempt_id and at >= ${time(from.getTime())} and at < ${time(until)}
       and attempt_id >= ${parameters.add(firstIdAt(from.getTime()), "uuid")} and attempt_id < ${parameters.add(before, "uuid")}
       ${filterSql(query, parameters)}
     order by attempt_id desc limit ${limit + 1}`,
    parameters.values,
  );
  const ids = firsts.slice(0, limit).map(({ id }) => String(id));
  const attempts = ids.length === 0 ? [] : await attemptsOf(queries, ids);
  const byRequest = Map.groupBy(attempts, (row) => String(row.first_attempt_id));
  return {
    requests: ids.map((id) => requestOf(id, byRequest.get(id) ?? [])),
    next: firsts.length > limit ? ids.at(-1) : undefined,
  };
}

function attemptsOf(queries: Queries, ids: readonly string[]): Promise<readonly Row[]> {
  const times = ids.map(timeOf);
  const parameters = new Parameters();
  const time = (milliseconds: number) => parameters.add(new Date(milliseconds).toISOString(), "timestamptz");
  const [from, to] = [time(Math.min(...times)), time(Math.max(...times) + longestRequest)];
  return queries.query(
    `select *, cost_nano::text as cost, arbitrage_saved_nano::text as arbitrage, cache_saved_nano::text as cache
     from ledger_attempts
     where first_attempt_id = any(${parameters.add(ids, "uuid[]")}) and at >= ${from} and at < ${to}
     order by attempt_id`,
    parameters.values,
  );
}

function requestOf(id: string, rows: readonly Row[]): RequestEntry {
  const first = rows.find((row) => row.attempt_id === id) ?? {};
  const attempts = rows.map(entryOf);
  return {
    firstAttemptId: id,
    requestId: String(first.request_id),
    at: new Date(timeOf(id)),
    stack: String(first.stack),
    region: String(first.region),
    tenant: String(first.tenant),
    key: String(first.key_id),
    feature: String(first.feature),
    wire: String(first.wire),
    costNano: attempts.reduce((sum, { costNano }) => sum + costNano, 0n),
    attempts: attempts.toSorted((a, b) => a.number - b.number),
  };
}

function entryOf(row: Row): LedgerEntry {
  const optional = <T>(value: unknown, make: (value: unknown) => T) => (value === null ? undefined : make(value));
  const nano = (value: unknown) => BigInt(String(value));
  const id = String(row.attempt_id);
  return {
    attemptId: id,
    at: new Date(timeOf(id)),
    backend: String(row.backend),
    model: String(row.model),
    operation: String(row.operation),
    outcome: String(row.outcome),
    number: Number(row.number),
    cause: String(row.cause),
    inputTokens: Number(row.input_tokens),
    cachedTokens: Number(row.cached_tokens),
    cacheWriteTokens: Number(row.cache_write_tokens),
    outputTokens: Number(row.output_tokens),
    reasoningTokens: Number(row.reasoning_tokens),
    costNano: nano(row.cost),
    estimated: row.estimated === true,
    unitPrices: row.unit_prices ?? undefined,
    priceTable: optional(row.price_table, String),
    latencyMs: Number(row.latency_ms),
    firstTokenMs: optional(row.first_token_ms, Number),
    arbitrageSavedNano: optional(row.arbitrage, nano),
    cacheSavedNano: optional(row.cache, nano),
  };
}
