import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { databaseRoleScript } from "../../../infra/data/aws-passwords-pod.ts";
import { masterUser } from "../../../infra/data/managed-postgres.ts";
import { pgbouncerIni, poolerMounts } from "../../../infra/data/pgbouncer-settings.ts";
import { database } from "../../../infra/data/places.ts";
import { storeSecretsOf } from "../../../infra/secrets/index.ts";
import { freePort } from "../../../tools/parts/free-port.ts";
import { findPostgres, usePostgres } from "../../support/postgres.ts";
import { eventually } from "../../support/wait.ts";
import { makeCertificates } from "../router/certificates.ts";

const programs = await findPostgres();
const password = "0123456789abcdef";

describe.skipIf(programs === undefined)("a database of AWS's kind behind our PgBouncer", () => {
  if (programs === undefined) return;
  const server = usePostgres(programs);
  let folder = "";
  let pooler: ChildProcess | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hybrid-llm-pooler-"));
  });
  afterEach(() => {
    pooler?.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  /** Sets the router's password as the job does, with the master's. */
  function setPassword(of: string): void {
    const { hostname, port } = new URL(server().url());
    writeFileSync(join(folder, "master"), "of-the-master\n");
    writeFileSync(join(folder, "password"), of);
    const script = databaseRoleScript
      .replaceAll("/run/passwords", folder)
      .replaceAll("/run/secrets/owner", folder)
      .replace("-p 5432", `-p ${port}`)
      // The server of this machine has no certificate.
      .replace("PGSSLMODE=require", "PGSSLMODE=disable");
    const env = { ...process.env, DATABASE_HOST: hostname };
    execFileSync("/bin/sh", ["-c", script], { env, stdio: "pipe" });
  }

  async function asAdministrator(...statements: string[]): Promise<void> {
    const client = new Client({ connectionString: server().url() });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  }

  it("lets the router in by TLS and the password that the job has set, and by nothing else", async () => {
    await asAdministrator(
      `CREATE ROLE ${masterUser} LOGIN CREATEROLE PASSWORD 'of-the-master'`,
      `CREATE DATABASE ${database.name} OWNER ${masterUser}`,
    );
    setPassword("another");
    setPassword(password);

    const { at, read } = makeCertificates(folder);
    const port = await freePort();
    for (const place of Object.keys(poolerMounts)) mkdirSync(join(folder, place));
    cpSync(at("server.pem"), join(folder, "tls/tls.crt"));
    cpSync(at("server.key"), join(folder, "tls/tls.key"));
    const template = storeSecretsOf({ managed: true, redis: false }).find(
      ({ templates }) => "userlist.txt" in templates,
    );
    const users = String(template?.templates["userlist.txt"]).replace(/\{\{.*?\}\}/, password);
    writeFileSync(join(folder, "users/userlist.txt"), users);
    const settings = {
      hosts: ["127.0.0.1"],
      verified: false,
      instances: 1,
      clientConnections: 50,
      serverConnections: 2,
    };
    const ini = Object.entries(poolerMounts)
      .reduce((text, [place, path]) => text.replaceAll(path, join(folder, place)), pgbouncerIni(settings))
      .replace("port=5432", `port=${new URL(server().url()).port}`)
      .replace("listen_port = 5432", `listen_port = ${port}`)
      .replace("server_tls_sslmode = require", "server_tls_sslmode = disable");
    writeFileSync(join(folder, "settings/pgbouncer.ini"), ini);
    handOver(folder, programs.user);
    pooler = spawn(programs.pgbouncer, ["-q", join(folder, "settings/pgbouncer.ini")], {
      ...programs.user,
      stdio: "ignore",
    });

    const open = async (secret: string, ssl: object | false) => {
      const url = `postgresql://${database.owner}:${secret}@localhost:${port}/${database.name}`;
      const client = new Client({ connectionString: url, ssl, connectionTimeoutMillis: 5_000 });
      client.on("error", () => {});
      await client.connect();
      return client;
    };
    const ssl = { ca: read("ca.pem") };
    await eventually("PgBouncer", async () => {
      await (await open(password, ssl)).end();
      return true;
    });
    const client = await open(password, ssl);
    // The router makes its own tables.
    await client.query("create table ours (id int)");
    expect((await client.query("select current_user as me")).rows).toEqual([{ me: database.owner }]);
    await expect(client.query("create role other")).rejects.toThrow("permission denied");
    await client.end();
    await expect(open("another", ssl)).rejects.toThrow();
    await expect(open(password, false)).rejects.toThrow();
  });
});

/** PgBouncer refuses to be root. */
function handOver(folder: string, user: { readonly uid: number; readonly gid: number } | undefined): void {
  if (user === undefined) return;
  chownSync(folder, user.uid, user.gid);
  for (const entry of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    chownSync(join(folder, entry), user.uid, user.gid);
  }
  chmodSync(folder, 0o700);
}
