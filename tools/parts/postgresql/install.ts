import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Failure, type Progress } from "../../engine/index.ts";
import { ensurePackages } from "../debian.ts";

const versions = "/usr/lib/postgresql";
const pgbouncer = "/usr/sbin/pgbouncer";

/** Real servers of this machine's packages. */
export interface PostgresPrograms {
  /** The folder of initdb and postgres, of the newest version that is here. */
  readonly directory: string;
  readonly pgbouncer: string;
  /** Whom they run as: they refuse to be root. Undefined: whoever runs this. */
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
}

/**
 * PostgreSQL and PgBouncer, installed where that can be done without asking.
 *
 * @throws Failure elsewhere
 */
export async function ensurePostgres(progress: Progress): Promise<PostgresPrograms> {
  await ensurePackages(
    "PostgreSQL behind PgBouncer",
    [
      { package: "postgresql", present: () => newest() !== undefined },
      { package: "pgbouncer", present: () => existsSync(pgbouncer) },
    ],
    progress,
  );
  const directory = newest();
  if (directory === undefined) throw new Failure(`There is no PostgreSQL in ${versions}.`);
  return { directory, pgbouncer, user: process.getuid?.() === 0 ? userOf("postgres") : undefined };
}

function newest(): string | undefined {
  if (!existsSync(versions)) return undefined;
  const found = readdirSync(versions)
    .filter((version) => existsSync(join(versions, version, "bin", "postgres")))
    .sort((a, b) => Number(b) - Number(a));
  return found[0] === undefined ? undefined : join(versions, found[0], "bin");
}

function userOf(name: string): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync("id", [flag, name], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}
