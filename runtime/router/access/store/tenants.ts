import type { Queries, Row } from "../../ledger/index.ts";
import type { Changing } from "./changes.ts";
import { ms, text, time } from "./columns.ts";

export interface TenantRecord {
  readonly name: string;
  readonly sovereign: boolean;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly disabledAt?: number | undefined;
  readonly disabledBy?: string | undefined;
}

/** @returns false where there is one of this name */
export async function insertTenant(
  { queries, stack, revision }: Changing,
  { name, sovereign, by }: { readonly name: string; readonly sovereign: boolean; readonly by: string },
): Promise<boolean> {
  const rows = await queries.query(
    `insert into access_tenants (stack, name, sovereign, created_by, revision)
     values ($1, $2, $3 = 'true', $4, $5::bigint) on conflict do nothing returning name`,
    [stack, name, String(sovereign), by, revision],
  );
  return rows.length === 1;
}

export async function updateTenant(
  { queries, stack, revision }: Changing,
  name: string,
  {
    sovereign,
    disabled,
    by,
  }: { readonly sovereign?: boolean | undefined; readonly disabled?: boolean | undefined; readonly by: string },
): Promise<void> {
  await queries.query(
    `update access_tenants set revision = $3::bigint,
       sovereign = case when $4 = '' then sovereign else $4 = 'true' end,
       disabled_by = case when $5 = '' then disabled_by when $5 = 'false' then null else coalesce(disabled_by, $6) end,
       disabled_at = case when $5 = '' then disabled_at when $5 = 'false' then null else coalesce(disabled_at, now()) end
     where stack = $1 and name = $2`,
    [stack, name, revision, String(sovereign ?? ""), String(disabled ?? ""), by],
  );
}

const columns = `name, sovereign, ${ms("created_at")} as created, created_by, ${ms("disabled_at")} as disabled, disabled_by`;

export async function findTenant(queries: Queries, stack: string, name: string): Promise<TenantRecord | undefined> {
  const rows = await queries.query(`select ${columns} from access_tenants where stack = $1 and name = $2`, [
    stack,
    name,
  ]);
  return rows.map(recordOf)[0];
}

/** All of them, by name: there are as many as there are customers. */
export async function listTenants(queries: Queries, stack: string): Promise<TenantRecord[]> {
  const rows = await queries.query(`select ${columns} from access_tenants where stack = $1 order by name collate "C"`, [
    stack,
  ]);
  return rows.map(recordOf);
}

function recordOf({ name, sovereign, created, created_by: by, disabled, disabled_by: disabledBy }: Row): TenantRecord {
  return {
    name: String(name),
    sovereign: sovereign === true,
    createdAt: time(created) ?? 0,
    createdBy: String(by),
    disabledAt: time(disabled),
    disabledBy: text(disabledBy),
  };
}
