import { firstIdAt, timeOf } from "./attempt-id.ts";
import type { Queries } from "./database/database.ts";
import { Parameters, partsOf, partsSql } from "./reports/parts.ts";

/** When each period that is asked for began, by a name of the asker's own, e.g. `{day, week, month}`. */
export type Periods = Readonly<Record<string, Date>>;

/** What was spent by one of whom budgets are kept, since the beginning of a period. */
export interface Spent {
  readonly period: string;
  readonly level: "stack" | "tenant" | "key";
  /** The stack's or the tenant's name, or the key's id. */
  readonly id: string;
  readonly nano: bigint;
  /** Of nano: what no provider has confirmed. */
  readonly estimatedNano: bigint;
}

/** An attempt of this process that has begun and not ended. */
export interface StillOpen {
  readonly attemptId: string;
  readonly at: Date;
  readonly tenant: string;
  readonly keyId: string;
  readonly reservedNano: bigint;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly scopes: readonly string[];
}

export interface Rebuilt {
  /** Nothing is said of who spent nothing. */
  readonly spent: readonly Spent[];
  /** Of this process alone: what other routers have open they know themselves. */
  readonly open: readonly StillOpen[];
  /** Ids of attempts within what was spent that ended lately: who settles them now must not count them again. */
  readonly recent: readonly string[];
}

export interface RebuildOrder {
  readonly stack: string;
  readonly periods: Periods;
  /** As `encodeOpen` wrote them, before the database got what had ended. */
  readonly open: readonly string[];
  readonly now: number;
  /** What ended no longer ago than this is recent; milliseconds. */
  readonly recentMs: number;
}

/** Sums reach so far ahead of this router's clock; milliseconds. */
const aheadMs = 86_400_000;

/** What counters of budgets are made of, as one moment of the database has it. */
export async function rebuild(queries: Queries, order: RebuildOrder): Promise<Rebuilt> {
  const { stack, periods, open, now } = order;
  const spent: Spent[] = [];
  for (const [period, since] of Object.entries(periods)) {
    const parts = partsOf(since.getTime(), now + aheadMs);
    if (parts.length === 0) continue;
    const parameters = new Parameters();
    const where = `and stack = ${parameters.add(stack, "text")}`;
    const rows = await queries.query(
      `select tenant, key_id, grouping(tenant, key_id)::integer as grouping, sum(cost_nano)::text as nano,
         sum(estimated_nano)::text as estimated
       from (${partsSql(parts, parameters, where)}) as parts
       group by grouping sets ((), (tenant), (key_id)) having sum(requests + attempts) > 0`,
      parameters.values,
    );
    for (const { tenant, key_id, grouping, nano, estimated } of rows) {
      if (nano === null) continue;
      const sum = { period, nano: BigInt(String(nano)), estimatedNano: BigInt(String(estimated)) };
      if (grouping === 3) spent.push({ ...sum, level: "stack", id: stack });
      else if (grouping === 1) spent.push({ ...sum, level: "tenant", id: String(tenant) });
      else spent.push({ ...sum, level: "key", id: String(key_id) });
    }
  }
  return { spent, open: await withoutEnded(queries, open.map(openOf)), recent: await recentOf(queries, order) };
}

/** No attempt takes longer: the largest deadline that a configuration may set; milliseconds. */
const longestMs = 3_600_000;

/** When an attempt was given up is not known: those count as recent for as long as they might have gone on. */
async function recentOf(queries: Queries, { stack, now, recentMs }: RebuildOrder): Promise<string[]> {
  const since = new Date(now - recentMs);
  const begun = since.getTime() - longestMs;
  const rows = await queries.query(
    `select attempt_id::text as id from ledger_attempts
     where attempt_id >= $1::uuid and at >= $2::timestamptz and stack = $4::text
       and (at + latency_ms * interval '1 millisecond' >= $3::timestamptz or outcome = 'abandoned')`,
    [firstIdAt(begun), new Date(begun).toISOString(), since.toISOString(), stack],
  );
  return rows.map(({ id }) => String(id));
}

/** One that ended in the meantime is among what was spent. */
async function withoutEnded(queries: Queries, open: readonly StillOpen[]): Promise<StillOpen[]> {
  if (open.length === 0) return [];
  const ids = open.map(({ attemptId }) => attemptId);
  const ended = await queries.query(
    "select attempt_id::text as id from ledger_attempts where attempt_id = any($1::uuid[])",
    [ids],
  );
  const over = new Set(ended.map(({ id }) => id));
  return open.filter(({ attemptId }) => !over.has(attemptId));
}

function openOf(json: string): StillOpen {
  const { attempt_id, tenant, key_id, reserved_nano, expires_at, scopes } = JSON.parse(json) as Record<
    string,
    unknown
  > & {
    readonly scopes: readonly string[];
  };
  const id = String(attempt_id);
  return {
    attemptId: id,
    at: new Date(timeOf(id)),
    tenant: String(tenant),
    keyId: String(key_id),
    reservedNano: BigInt(String(reserved_nano)),
    expiresAt: Number(expires_at),
    scopes,
  };
}
