import { database, ports } from "./places.ts";
import { type PoolerSettings, poolParameters } from "./postgres-spec.ts";

/** Where PgBouncer's pod finds what it reads. */
export const poolerMounts = {
  settings: "/etc/pgbouncer/settings",
  users: "/etc/pgbouncer/users",
  tls: "/etc/pgbouncer/tls",
  authority: "/etc/pgbouncer/authority",
} as const;

/** What `pgbouncer.ini` is made from. */
export interface PgbouncerSettings extends PoolerSettings {
  /** One primary, or the readers, of which each new connection takes the next. */
  readonly hosts: readonly string[];
  /** Whether the database's certificate is checked against an authority that is mounted; encrypted it is in any case. */
  readonly verified: boolean;
}

/**
 * PgBouncer in transaction mode, for one database. Clients must come with TLS and the password of the one user that
 * `userlist.txt` holds, with which PgBouncer then asks the database.
 *
 * @throws RangeError where there is no host, or one that would be read as more than a name
 */
export function pgbouncerIni({ hosts, verified, ...settings }: PgbouncerSettings): string {
  if (hosts.length === 0) throw new RangeError("PgBouncer: no host to lead to");
  for (const host of hosts) {
    if (!/^[a-z0-9.-]+$/i.test(host)) throw new RangeError(`PgBouncer: ${host}; allowed is a host name`);
  }
  const { tls, users, authority } = poolerMounts;
  const lines: Record<string, string> = {
    listen_addr: "0.0.0.0",
    listen_port: String(ports.postgres),
    unix_socket_dir: "",
    pool_mode: "transaction",
    auth_type: "scram-sha-256",
    auth_file: `${users}/userlist.txt`,
    ignore_startup_parameters: "extra_float_digits",
    client_tls_sslmode: "require",
    client_tls_cert_file: `${tls}/tls.crt`,
    client_tls_key_file: `${tls}/tls.key`,
    server_tls_sslmode: verified ? "verify-full" : "require",
    ...(verified ? { server_tls_ca_file: `${authority}/ca.pem` } : {}),
    server_round_robin: "1",
    ...poolParameters(settings),
  };
  return [
    "[databases]",
    `${database.name} = host=${hosts.join(",")} port=${ports.postgres} dbname=${database.name}`,
    "",
    "[pgbouncer]",
    ...Object.entries(lines).map(([key, value]) => `${key} = ${value}`.trimEnd()),
    "",
  ].join("\n");
}
