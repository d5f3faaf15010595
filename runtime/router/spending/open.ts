import { resolve } from "node:path";
import type { RouterConfig } from "../../config/index.ts";
import { Alerts, FileClaims, MemoryClaims, RedisClaims } from "../alerts/index.ts";
import { type Ledger, openLedger } from "../ledger/index.ts";
import type { Log } from "../log.ts";
import {
  type BudgetStore,
  Calendar,
  MemoryBudgetStore,
  openRedis,
  RedisBudgetStore,
  type RedisClient,
} from "../money/index.ts";
import { openSecret } from "../secrets.ts";
import { loadFrom, rebuildFrom } from "./rebuilding.ts";
import { Spending } from "./spending.ts";

const problemEveryMs = 60_000;

export interface SpendingSources {
  readonly config: RouterConfig;
  /** Where the addresses of Redis and of the databases are found. */
  readonly environment: NodeJS.ProcessEnv;
  /** The folder that relative paths of the configuration start from. */
  readonly baseDirectory: string;
  readonly log: Pick<Log, "info" | "warn" | "error">;
}

/**
 * The money of a router that serves: budgets in Redis where there is one and else in this process, and a ledger where
 * there is a place for it. Waits for neither.
 *
 * @throws the system's error where the ledger's folder can't be used
 */
export function openSpending({ config, environment, baseDirectory, log }: SpendingSources): Spending {
  const { budgets } = config;
  const calendar = new Calendar(budgets.timezone);
  const ledger = ledgerOf({ config, environment, baseDirectory, log });
  if (!ledger) log.warn("no ledger: what requests cost is counted, and forgotten with this process");
  const onProblem = (problem: string) => log.warn({ problem }, "budgets");
  const urls = openSecret({ env: "REDIS_URL" }, environment, baseDirectory)
    .read()
    ?.split(/[\s,]+/);
  if (urls === undefined) {
    const store = new MemoryBudgetStore(calendar);
    const loaded = ledger && loadFrom(ledger, store, calendar, onProblem);
    const alerts = alertsOf({ config, environment, baseDirectory, log });
    return new Spending({ config, store, alerts, ledger, loaded, onProblem });
  }
  const redis = connect(urls, budgets.commandTimeoutMs, onProblem);
  const alerts = alertsOf({ config, environment, baseDirectory, log }, redis);
  const store = inRedis(redis, config, calendar, ledger);
  return new Spending({ config, store, redis, alerts, ledger, onProblem });
}

/** Who tells of what: all routers of a Redis, or of a ledger's folder, together; else each of its own. */
function alertsOf({ config, environment, baseDirectory, log }: SpendingSources, redis?: RedisClient): Alerts {
  const { budgets, ledger, name, region } = config;
  const own = ledger.directory === undefined ? undefined : resolve(baseDirectory, ledger.directory, "alerts");
  const alone = () => (own === undefined ? new MemoryClaims() : new FileClaims(own));
  return new Alerts({
    config: budgets.alerts,
    teller: { name, region, timezone: budgets.timezone },
    claims: redis ? new RedisClaims(redis, budgets.key) : alone(),
    log,
    openSecret: (source) => openSecret(source, environment, baseDirectory),
  });
}

function connect(urls: readonly string[], timeoutMs: number, onProblem: (problem: string) => void): RedisClient {
  let told = Number.NEGATIVE_INFINITY;
  return openRedis({ urls, cluster: urls.length > 1, timeoutMs }, () => {
    // The client's words may hold an address.
    if (performance.now() - told > problemEveryMs) onProblem("Redis can't be reached");
    told = performance.now();
  });
}

function inRedis(
  client: RedisClient,
  { budgets }: RouterConfig,
  calendar: Calendar,
  ledger: Ledger | undefined,
): BudgetStore {
  const { key: name, onStoreLost, commandTimeoutMs, rebuildTimeoutMs, rebuildGraceMs } = budgets;
  const limits = { onStoreLost, commandTimeoutMs, rebuildTimeoutMs, rebuildGraceMs };
  return new RedisBudgetStore({ client, name, calendar, rebuild: rebuildFrom(ledger), ...limits });
}

/** Where there is no place for it there is none: a database in memory would be forgotten like the counters. */
function ledgerOf({ config, environment, baseDirectory, log }: SpendingSources): Ledger | undefined {
  const { ledger, name, region } = config;
  const server = openSecret(ledger.database, environment, baseDirectory).read();
  if (server === undefined && ledger.directory === undefined) return undefined;
  return openLedger({
    config: ledger,
    source: { stack: ledger.stack ?? name, region },
    environment,
    baseDirectory,
    log,
  });
}
