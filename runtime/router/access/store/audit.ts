import type { Queries, Row } from "../../ledger/index.ts";
import { ms, time } from "./columns.ts";

/** What somebody did, or was refused. */
export interface AuditEntry {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The id of the API key; empty where nobody has shown one that is known. */
  readonly by: string;
  readonly action: string;
  readonly object: string;
  /** `ok`, or the code of the error. */
  readonly outcome: string;
  readonly requestId: string;
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
}

export interface AuditQuery {
  readonly by?: string | undefined;
  readonly action?: string | undefined;
  readonly outcome?: string | undefined;
  readonly limit: number;
  /** Entries before this one. */
  readonly before?: number | undefined;
}

export type AuditRecord = AuditEntry & { readonly id: number };

export async function insertAudit(queries: Queries, stack: string, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const column = (of: (entry: AuditEntry) => string) => entries.map(of);
  await queries.query(
    `insert into access_audit (stack, at, key_id, action, object, outcome, request_id, detail)
     select $1, at::timestamptz, key_id, action, object, outcome, request_id, nullif(detail, '')::jsonb
     from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
       as entry (at, key_id, action, object, outcome, request_id, detail)`,
    [
      stack,
      column(({ at }) => new Date(at).toISOString()),
      column(({ by }) => by),
      column(({ action }) => action),
      column(({ object }) => object),
      column(({ outcome }) => outcome),
      column(({ requestId }) => requestId),
      column(({ detail }) => (detail === undefined ? "" : JSON.stringify(detail))),
    ],
  );
}

/** The latest first. */
export async function readAudit(queries: Queries, stack: string, query: AuditQuery): Promise<AuditRecord[]> {
  const { by = "", action = "", outcome = "", before = Number.MAX_SAFE_INTEGER, limit } = query;
  const rows = await queries.query(
    `select id, ${ms("at")} as at, key_id, action, object, outcome, request_id, detail
     from access_audit
     where stack = $1 and id < $2::bigint and ($3 = '' or key_id = $3) and ($4 = '' or action = $4)
       and ($5 = '' or outcome = $5)
     order by id desc limit $6::integer`,
    [stack, before, by, action, outcome, limit],
  );
  return rows.map(recordOf);
}

const recordOf = ({
  id,
  at,
  key_id: by,
  action,
  object,
  outcome,
  request_id: requestId,
  detail,
}: Row): AuditRecord => ({
  id: Number(id),
  at: time(at) ?? 0,
  by: String(by),
  action: String(action),
  object: String(object),
  outcome: String(outcome),
  requestId: String(requestId),
  ...(detail === null ? {} : { detail: detail as Record<string, unknown> }),
});
