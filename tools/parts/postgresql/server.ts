import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { freePort } from "../free-port.ts";
import type { PostgresPrograms } from "./install.ts";

/** A server of its own on loopback, with a password that nobody knows. */
export interface PostgresServer {
  /** The address of a database, straight or through the pooler. */
  url(database?: string, through?: "pooler"): string;
  /** Ends it as a power cut would; what it had promised must be there again after `start`. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const user = "postgres";
const startMs = 60_000;

/**
 * Makes a new cluster in a folder of its own, and starts it and a PgBouncer in transaction mode before it.
 *
 * @param settings of postgres, by name
 */
export async function startPostgres(
  { directory, pgbouncer, user: owner }: PostgresPrograms,
  settings: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), "hybrid-llm-postgres-"));
  if (owner) chownSync(folder, owner.uid, owner.gid);
  chmodSync(folder, 0o700);
  const password = randomBytes(12).toString("hex");
  const own = (file: string, content: string) => {
    writeFileSync(join(folder, file), content, { mode: 0o600 });
    if (owner) chownSync(join(folder, file), owner.uid, owner.gid);
    return join(folder, file);
  };
  const data = join(folder, "data");
  const passwordFile = own("password", password);
  const initdb = ["-D", data, "-U", user, "-A", "scram-sha-256", `--pwfile=${passwordFile}`, "-E", "UTF8"];
  execFileSync(join(directory, "initdb"), [...initdb, "--locale=C.UTF-8", "--no-sync"], { ...owner, stdio: "pipe" });

  const [port, poolerPort] = [await freePort(), await freePort()];
  const users = own("users.txt", `"${user}" "${password}"\n`);
  const ini = own("pgbouncer.ini", poolerSettings({ port, poolerPort, users }));
  const given = Object.entries({ max_connections: "50", ...settings }).flatMap(([name, value]) => [
    "-c",
    `${name}=${value}`,
  ]);
  const command = ["-D", data, "-p", String(port), "-k", "", "-c", "listen_addresses=127.0.0.1", ...given];

  const url = (database = user, through?: "pooler") =>
    `postgresql://${user}:${password}@127.0.0.1:${through ? poolerPort : port}/${database}`;
  const run = (program: string, args: readonly string[]) =>
    spawn(program, args, { ...owner, cwd: folder, stdio: ["ignore", "ignore", "pipe"] });

  let server: ChildProcess | undefined;
  const start = async () => {
    const deadline = Date.now() + startMs;
    for (;;) {
      const child = run(join(directory, "postgres"), command);
      const output = tailOf(child);
      if (await answers(url(), child, deadline)) {
        server = child;
        return;
      }
      // After a kill the old one's children may still hold its memory.
      if (Date.now() > deadline) throw new Error(`PostgreSQL did not start:\n${output()}`);
      await end(child, "SIGKILL");
      await sleep(100);
    }
  };
  await start();
  const pooler = run(pgbouncer, ["-q", ini]);
  const poolerOutput = tailOf(pooler);
  if (!(await answers(url(user, "pooler"), pooler, Date.now() + startMs))) {
    throw new Error(`PgBouncer did not start:\n${poolerOutput()}`);
  }
  return {
    url,
    start,
    async kill() {
      if (server) await end(server, "SIGKILL");
      server = undefined;
    },
    async stop() {
      await end(pooler, "SIGKILL");
      if (server) await end(server, "SIGINT");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Nothing that a pooler may refuse at a connection's start is let pass. */
function poolerSettings({ port, poolerPort, users }: { port: number; poolerPort: number; users: string }): string {
  return `[databases]
* = host=127.0.0.1 port=${port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${poolerPort}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = transaction
default_pool_size = 3
max_client_conn = 200
server_login_retry = 1
`;
}

async function answers(url: string, child: ChildProcess, deadline: number): Promise<boolean> {
  while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    client.on("error", () => {});
    try {
      await client.connect();
      return true;
    } catch {
      await sleep(50);
    } finally {
      await client.end().catch(() => {});
    }
  }
  return false;
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill(signal);
  });
}

function tailOf(child: ChildProcess): () => string {
  const lines: string[] = [];
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    lines.push(text);
    if (lines.length > 50) lines.shift();
  });
  return () => lines.join("");
}
