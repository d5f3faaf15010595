import type { Queries, Row } from "../../ledger/index.ts";
import type { Changing } from "./changes.ts";
import { ms, roleOf, text, time } from "./columns.ts";

/** An API key with all that is known of it; times in milliseconds since 1970. */
export interface KeyRecord {
  readonly id: string;
  /** False for one of the configuration. */
  readonly own: boolean;
  readonly tenant: string;
  readonly role: "client" | "admin";
  readonly label: string;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly expiresAt?: number | undefined;
  readonly revokedAt?: number | undefined;
  readonly revokedBy?: string | undefined;
  readonly lastUsedAt?: number | undefined;
}

export interface NewKey {
  readonly id: string;
  readonly sha256: string;
  readonly tenant: string;
  readonly role: "client" | "admin";
  readonly label: string;
  readonly expiresAt?: number | undefined;
  readonly by: string;
}

const isoOr = (at: number | undefined): string => (at === undefined ? "" : new Date(at).toISOString());

export async function insertKey({ queries, stack, revision }: Changing, key: NewKey): Promise<void> {
  const { id, sha256, tenant, role, label, expiresAt, by } = key;
  await queries.query(
    `insert into access_keys (stack, id, sha256, tenant, role, label, created_by, expires_at, revision)
     values ($1, $2, $3, $4, $5, $6, $7, nullif($8, '')::timestamptz, $9::bigint)`,
    [stack, id, sha256, tenant, role, label, by, isoOr(expiresAt), revision],
  );
}

/** @param expiresAt undefined leaves it as it is, null takes it away */
export async function updateKey(
  { queries, stack, revision }: Changing,
  id: string,
  label: string | undefined,
  expiresAt: number | null | undefined,
): Promise<void> {
  const expires = expiresAt === undefined ? "keep" : isoOr(expiresAt ?? undefined);
  await queries.query(
    `update access_keys set revision = $3::bigint,
       label = case when $4 = 'keep' then label else $5 end,
       expires_at = case when $6 = 'keep' then expires_at else nullif(nullif($6, ''), 'keep')::timestamptz end
     where stack = $1 and id = $2`,
    [stack, id, revision, label === undefined ? "keep" : "set", label ?? "", expires],
  );
}

/** Keys that are revoked already stay as they were. */
export async function revokeKeys(
  { queries, stack, revision }: Changing,
  which: { readonly id: string } | { readonly tenant: string },
  by: string,
): Promise<number> {
  const [column, value] = "id" in which ? ["id", which.id] : ["tenant", which.tenant];
  const rows = await queries.query(
    `update access_keys set revoked_at = now(), revoked_by = $3, revision = $4::bigint
     where stack = $1 and ${column} = $2 and revoked_at is null returning id`,
    [stack, value, by, revision],
  );
  return rows.length;
}

/** A key of the configuration: only that it is revoked is kept. */
export async function insertTombstone(
  { queries, stack, revision }: Changing,
  { id, tenant, role }: Pick<NewKey, "id" | "tenant" | "role">,
  by: string,
): Promise<void> {
  await queries.query(
    `insert into access_keys (stack, id, tenant, role, label, created_by, revoked_at, revoked_by, revision)
     values ($1, $2, $3, $4, '', 'configuration', now(), $5, $6::bigint) on conflict do nothing`,
    [stack, id, tenant, role, by, revision],
  );
}

const columns = `k.id, k.sha256 is not null as own, k.tenant, k.role, k.label, ${ms("k.created_at")} as created, k.created_by,
  ${ms("k.expires_at")} as expires, ${ms("k.revoked_at")} as revoked, k.revoked_by, ${ms("u.last_used_at")} as used`;
const joined = "access_keys k left join access_use u on u.stack = k.stack and u.key_id = k.id";

export async function findKey(queries: Queries, stack: string, id: string): Promise<KeyRecord | undefined> {
  const rows = await queries.query(`select ${columns} from ${joined} where k.stack = $1 and k.id = $2`, [stack, id]);
  return rows.map(recordOf)[0];
}

/** Those of the database, by their id. */
export async function listKeys(
  queries: Queries,
  stack: string,
  {
    tenant = "",
    after,
    limit,
  }: { readonly tenant?: string | undefined; readonly after: string; readonly limit: number },
): Promise<KeyRecord[]> {
  const rows = await queries.query(
    `select ${columns} from ${joined}
     where k.stack = $1 and k.sha256 is not null and k.id collate "C" > $2 and ($3 = '' or k.tenant = $3)
     order by k.id collate "C" limit $4::integer`,
    [stack, after, tenant, limit],
  );
  return rows.map(recordOf);
}

/** What is kept of keys of the configuration: revocations, and when they were used. */
export async function aboutKeys(
  queries: Queries,
  stack: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Pick<KeyRecord, "revokedAt" | "revokedBy" | "lastUsedAt">>> {
  const rows = await queries.query(
    `select c.id, ${ms("k.revoked_at")} as revoked, k.revoked_by, ${ms("u.last_used_at")} as used
     from unnest($2::text[]) as c (id)
     left join access_keys k on k.stack = $1 and k.id = c.id
     left join access_use u on u.stack = $1 and u.key_id = c.id`,
    [stack, ids],
  );
  return new Map(
    rows.map(({ id, revoked, revoked_by: by, used }) => [
      String(id),
      { revokedAt: time(revoked), revokedBy: text(by), lastUsedAt: time(used) },
    ]),
  );
}

/** When keys were used last; an older time than is known changes nothing. */
export async function noteUse(queries: Queries, stack: string, used: readonly [string, number][]): Promise<void> {
  await queries.query(
    `insert into access_use (stack, key_id, last_used_at)
     select $1, key_id, at::timestamptz from unnest($2::text[], $3::text[]) as used (key_id, at)
     on conflict (stack, key_id) do update set last_used_at = greatest(access_use.last_used_at, excluded.last_used_at)`,
    [stack, used.map(([id]) => id), used.map(([, at]) => new Date(at).toISOString())],
  );
}

/** Keys and tenants that decide who is left to administrate. */
export async function administrators(
  queries: Queries,
  stack: string,
): Promise<{ own: { id: string; tenant: string }[]; revoked: Set<string>; disabled: Set<string> }> {
  const own = await queries.query(
    `select id, tenant from access_keys where stack = $1 and role = 'admin' and sha256 is not null and revoked_at is null
       and (expires_at is null or expires_at > now())`,
    [stack],
  );
  const revoked = await queries.query("select id from access_keys where stack = $1 and revoked_at is not null", [
    stack,
  ]);
  const disabled = await queries.query("select name from access_tenants where stack = $1 and disabled_at is not null", [
    stack,
  ]);
  return {
    own: own.map(({ id, tenant }) => ({ id: String(id), tenant: String(tenant) })),
    revoked: new Set(revoked.map(({ id }) => String(id))),
    disabled: new Set(disabled.map(({ name }) => String(name))),
  };
}

function recordOf(row: Row): KeyRecord {
  const { id, own, tenant, role, label, created, created_by: by, expires, revoked, revoked_by: revokedBy, used } = row;
  return {
    id: String(id),
    own: own === true,
    tenant: String(tenant),
    role: roleOf(role),
    label: String(label),
    createdAt: time(created) ?? 0,
    createdBy: String(by),
    expiresAt: time(expires),
    revokedAt: time(revoked),
    revokedBy: text(revokedBy),
    lastUsedAt: time(used),
  };
}
