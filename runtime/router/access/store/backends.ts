import type { Changing } from "./changes.ts";

/** @param fingerprint of the key that is in use; empty where there is none */
export async function revokeBackend(
  { queries, stack, revision }: Changing,
  name: string,
  { by, fingerprint }: { readonly by: string; readonly fingerprint: string },
): Promise<void> {
  await queries.query(
    `insert into access_backends (stack, name, revoked_at, revoked_by, fingerprint, generation, revision)
     values ($1, $2, now(), $3, nullif($4, ''), 0, $5::bigint)
     on conflict (stack, name) do update set revision = excluded.revision,
       revoked_by = case when access_backends.revoked_at is null then $3 else access_backends.revoked_by end,
       revoked_at = coalesce(access_backends.revoked_at, now()),
       fingerprint = coalesce(nullif($4, ''), access_backends.fingerprint)`,
    [stack, name, by, fingerprint, revision],
  );
}

/**
 * Lifts a revocation, and tells each router to read its key again.
 *
 * @param same the key is the one that was revoked, and good again
 * @returns how often it was rotated
 */
export async function rotateBackend(
  { queries, stack, revision }: Changing,
  name: string,
  same: boolean,
): Promise<number> {
  const rows = await queries.query(
    `insert into access_backends (stack, name, generation, revision) values ($1, $2, 1, $3::bigint)
     on conflict (stack, name) do update set revision = excluded.revision, revoked_at = null, revoked_by = null,
       generation = access_backends.generation + 1,
       fingerprint = case when $4 = 'true' then null else access_backends.fingerprint end
     returning generation`,
    [stack, name, revision, String(same)],
  );
  return Number(rows[0]?.generation);
}
