import type { Database, Queries, Row } from "../../ledger/index.ts";
import type { Change, LimitedScope, StoredBackend, StoredKey, StoredLimits, StoredTenant } from "../state.ts";
import { type AuditEntry, insertAudit } from "./audit.ts";
import { ms, roleOf, text, time } from "./columns.ts";

/** Who does something, and by which request. */
export interface Doing {
  /** The id of the API key. */
  readonly by: string;
  readonly action: string;
  readonly object: string;
  readonly requestId: string;
  /** What is changed to what; never a secret. */
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
}

/** What a change is made with. */
export interface Changing {
  readonly queries: Queries;
  readonly stack: string;
  readonly revision: number;
}

const waits = "set local lock_timeout = '5s'";

/**
 * Makes one change and writes it in the audit log, both or neither. Changes are made one after the other, so that who
 * knows a revision knows all that came before.
 *
 * @throws DatabaseUnavailable, and whatever `work` throws; then nothing is changed
 */
export function change<Result>(
  database: Database,
  stack: string,
  doing: Doing,
  work: (changing: Changing) => Promise<Result>,
): Promise<Result> {
  return database.transaction(async (queries) => {
    await queries.script(waits);
    const [row] = await queries.query(
      `insert into access_revision (stack, revision) values ($1, 1)
       on conflict (stack) do update set revision = access_revision.revision + 1 returning revision`,
      [stack],
    );
    const result = await work({ queries, stack, revision: Number(row?.revision) });
    const entry: AuditEntry = { ...doing, at: Date.now(), outcome: "ok" };
    await insertAudit(queries, stack, [entry]);
    return result;
  });
}

/** The newest revision; 0 before the first change. */
export async function revisionOf(database: Database, stack: string): Promise<number> {
  const [row] = await database.query("select revision from access_revision where stack = $1", [stack]);
  return Number(row?.revision ?? 0);
}

/** All that is newer than a revision, as it was at one moment. */
export function changesSince(database: Database, stack: string, since: number): Promise<Change> {
  return database.transaction(async (queries) => {
    await queries.script("set transaction isolation level repeatable read, read only");
    const newer = (columns: string, table: string) =>
      queries.query(`select ${columns} from ${table} where stack = $1 and revision > $2`, [stack, since]);
    const revision = await queries.query("select revision from access_revision where stack = $1", [stack]);
    const keys = await newer(
      `id, sha256, tenant, role, ${ms("expires_at")} as expires, ${ms("revoked_at")} as revoked`,
      "access_keys",
    );
    const tenants = await newer(`name, sovereign, ${ms("disabled_at")} as disabled`, "access_tenants");
    const limits = await newer("scope, budget, rates", "access_limits");
    const backends = await newer(
      `name, ${ms("revoked_at")} as revoked, revoked_by, fingerprint, generation`,
      "access_backends",
    );
    return {
      revision: Number(revision[0]?.revision ?? 0),
      keys: keys.map(keyOf),
      tenants: tenants.map(tenantOf),
      limits: limits.map(limitsOf),
      backends: backends.map(backendOf),
    };
  });
}

const keyOf = ({ id, sha256, tenant, role, expires, revoked }: Row): StoredKey => ({
  id: String(id),
  sha256: text(sha256),
  tenant: String(tenant),
  role: roleOf(role),
  expiresAt: time(expires),
  revokedAt: time(revoked),
});

const tenantOf = ({ name, sovereign, disabled }: Row): StoredTenant => ({
  name: String(name),
  sovereign: sovereign === true,
  disabledAt: time(disabled),
});

const limitsOf = ({ scope, budget, rates }: Row): StoredLimits => ({
  scope: scope as LimitedScope,
  budget: budget as StoredLimits["budget"],
  rates: rates as StoredLimits["rates"],
});

const backendOf = ({ name, revoked, revoked_by: by, fingerprint, generation }: Row): StoredBackend => ({
  name: String(name),
  revokedAt: time(revoked),
  revokedBy: text(by),
  fingerprint: text(fingerprint),
  generation: Number(generation),
});
