import { resolve } from "node:path";
import type { Logger } from "pino";
import type { LedgerConfig } from "../../config/index.ts";
import { openSecret } from "../secrets.ts";
import { openPglite } from "./database/pglite.ts";
import { openPostgres } from "./database/postgres.ts";
import { Ledger } from "./ledger.ts";
import type { LedgerSource } from "./row.ts";

export interface OpenLedger {
  readonly config: LedgerConfig;
  readonly source: LedgerSource;
  /** Where the addresses of the databases are found. */
  readonly environment: NodeJS.ProcessEnv;
  /** The folder that relative paths of the configuration start from. */
  readonly baseDirectory: string;
  readonly log: Pick<Logger, "info" | "warn" | "error">;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

const connectMs = 5_000;
/** A replica that is gone must not hold up a report. */
const replicaConnectMs = 1_000;
const queryMs = 30_000;

/**
 * The ledger that a configuration describes. It takes rows at once; a database that isn't there yet gets them later.
 *
 * @throws the system's error where the folder can't be used
 */
export function openLedger({ config, source, environment, baseDirectory, log, now }: OpenLedger): Ledger {
  const address = openSecret(config.database, environment, baseDirectory);
  const url = address.read();
  const replicaUrl = openSecret(config.replica, environment, baseDirectory).read();
  const directory = config.directory === undefined ? undefined : resolve(baseDirectory, config.directory);
  const { connections } = config;
  const onProblem = (problem: string) => log.warn({ problem }, "ledger database");
  if (directory === undefined) {
    const lost = url === undefined ? "the ledger" : "what the ledger's database doesn't have yet";
    log.warn(`ledger.directory is not set: ${lost} is in memory and gone with this process`);
  }
  const primary = () =>
    url === undefined
      ? openPglite(directory && resolve(directory, "database"))
      : Promise.resolve(openPostgres({ url: address.read() ?? url, connections, connectMs, queryMs, onProblem }));
  const replica = replicaUrl
    ? openPostgres({ url: replicaUrl, connections, connectMs: replicaConnectMs, queryMs, onProblem })
    : undefined;
  return new Ledger({
    config,
    source,
    directory,
    open: primary,
    kind: url === undefined ? "embedded" : "postgresql",
    replica,
    log,
    ...(now ? { now } : {}),
  });
}
