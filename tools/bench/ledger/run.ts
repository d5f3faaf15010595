import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LedgerConfig } from "../../../runtime/config/index.ts";
import { newAttemptId } from "../../../runtime/router/ledger/attempt-id.ts";
import type { Database } from "../../../runtime/router/ledger/database/database.ts";
import { migrate } from "../../../runtime/router/ledger/database/migrate.ts";
import { openPostgres } from "../../../runtime/router/ledger/database/postgres.ts";
import { Primary } from "../../../runtime/router/ledger/database/primary.ts";
import { Reads } from "../../../runtime/router/ledger/database/reads.ts";
import { type AttemptRow, type Ledger, noUsage, openLedger } from "../../../runtime/router/ledger/index.ts";
import { type CostQuery, costsSql } from "../../../runtime/router/ledger/reports/costs.ts";
import { partsOf } from "../../../runtime/router/ledger/reports/parts.ts";
import type { Progress } from "../../engine/index.ts";
import { ensurePostgres, startPostgres } from "../../parts/postgresql/index.ts";
import { type Spread, spreadOf } from "../statistics.ts";
import { fill, timeOfRows } from "./rows.ts";

export interface LedgerOptions {
  readonly rows: number;
  /** How often each report is asked for. */
  readonly rounds: number;
}

export interface LedgerResult {
  readonly rows: number;
  /** Rows of the totals by hour and by day. */
  readonly totals: { readonly hours: number; readonly days: number };
  readonly reports: readonly { readonly name: string; readonly groups: number; readonly ms: Spread }[];
  /** How the database answers a year by day and model. */
  readonly plan: readonly string[];
  /** Whether the report's total is the sum of the rows, in nano-dollars. */
  readonly exact: boolean;
  readonly writing: { readonly rows: number; readonly appendUs: number; readonly perSecond: number };
}

const stack = "prod";
const hour = 3_600_000;

/** Asks a real PostgreSQL behind PgBouncer for reports over so many rows, then writes to it as a router does. */
export async function measureLedger(
  { rows, rounds }: LedgerOptions,
  progress: Progress,
  stop: AbortSignal,
): Promise<LedgerResult> {
  const programs = await ensurePostgres(progress);
  const settings = { shared_buffers: "1GB", max_wal_size: "8GB", maintenance_work_mem: "256MB" };
  const server = await startPostgres(programs, settings);
  const folder = mkdtempSync(join(tmpdir(), "hybrid-llm-bench-ledger-"));
  const database = openPostgres({
    url: server.url(),
    connections: 2,
    connectMs: 5_000,
    queryMs: 3_600_000,
    onProblem: () => {},
  });
  try {
    const now = Date.now();
    await migrate(database);
    await fill(database, rows, now, progress);
    const ledger = openLedger({
      config: LedgerConfig.parse({ directory: "ledger" }),
      source: { stack },
      environment: { DATABASE_URL: server.url("postgres", "pooler") },
      baseDirectory: folder,
      log: { info() {}, warn() {}, error() {} },
    });
    await ledger.flush();
    const reports = [];
    for (const [name, query] of Object.entries(queriesOf(now))) {
      if (stop.aborted) break;
      progress.update(name);
      reports.push({ name, ...(await timed(() => query(ledger), rounds)) });
    }
    const year = { ...timeOfRows(now), groupBy: ["day", "model"], timezone: "UTC" } as const;
    const result = {
      rows,
      totals: await countTotals(database),
      reports,
      plan: await planOf(database, year),
      exact: await isExact(database, ledger, year),
      writing: await write(ledger),
    };
    await ledger.close({ timeoutMs: 10_000 });
    return result;
  } finally {
    await database.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Asked = (ledger: Ledger) => Promise<number>;

function queriesOf(now: number): Record<string, Asked> {
  const year = timeOfRows(now);
  const { to } = year;
  const month = { from: new Date(to.getTime() - 30 * 24 * hour), to };
  const broken = { from: new Date(year.from.getTime() + 1_234_567), to: new Date(to.getTime() - 7_654_321) };
  const costs =
    (query: CostQuery): Asked =>
    async (ledger) =>
      (await ledger.costs(query)).groups.length;
  return {
    "a year: one sum": costs({ ...year, groupBy: [] }),
    "a year by month and tenant": costs({ ...year, groupBy: ["month", "tenant"] }),
    "a year by day and model": costs({ ...year, groupBy: ["day", "model"] }),
    "a year by week, feature and backend": costs({ ...year, groupBy: ["week", "feature", "backend"] }),
    "a year by key, from and to within an hour": costs({ ...broken, groupBy: ["key"] }),
    "a year of one tenant by day": costs({ ...year, groupBy: ["day"], tenant: "tenant-3" }),
    "a month by day and model": costs({ ...month, groupBy: ["day", "model"] }),
    "a month by day and model, Europe/Berlin": costs({
      ...month,
      groupBy: ["day", "model"],
      timezone: "Europe/Berlin",
    }),
    "a year by month, Europe/Berlin": costs({ ...year, groupBy: ["month"], timezone: "Europe/Berlin" }),
    "a year by week, Asia/Kolkata": costs({ ...year, groupBy: ["week"], timezone: "Asia/Kolkata" }),
    "a year by day, Europe/Berlin": costs({ ...year, groupBy: ["day"], timezone: "Europe/Berlin" }),
    "a year by day, Asia/Kolkata": costs({ ...year, groupBy: ["day"], timezone: "Asia/Kolkata" }),
    "a year by day and model, Pacific/Auckland": costs({
      ...year,
      groupBy: ["day", "model"],
      timezone: "Pacific/Auckland",
    }),
    "a month by day, Asia/Kolkata": costs({ ...month, groupBy: ["day"], timezone: "Asia/Kolkata" }),
    "the last 100 requests": async (ledger) => (await ledger.requests(year)).requests.length,
    "the last 100 requests of one tenant": async (ledger) =>
      (await ledger.requests({ ...year, tenant: "tenant-3" })).requests.length,
    "budgets: spent by day, week and month": async (ledger) => {
      const at = to.getTime();
      const periods = { day: new Date(at - 13 * hour), week: new Date(at - 100 * hour), month: month.from };
      return (await ledger.rebuild(periods)).spent.length;
    },
  };
}

async function timed(ask: () => Promise<number>, rounds: number): Promise<{ groups: number; ms: Spread }> {
  const times: number[] = [];
  let groups = 0;
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    groups = await ask();
    times.push(performance.now() - started);
  }
  return { groups, ms: spreadOf(times) ?? { median: 0, min: 0, max: 0 } };
}

async function countTotals(database: Database): Promise<{ hours: number; days: number }> {
  const [row] = await database.query(
    "select (select count(*) from ledger_hours)::text as hours, (select count(*) from ledger_days)::text as days",
  );
  return { hours: Number(row?.hours), days: Number(row?.days) };
}

async function planOf(database: Database, query: CostQuery & { readonly timezone: string }): Promise<string[]> {
  const { sql, parameters } = costsSql(query, partsOf(query.from.getTime(), query.to.getTime()));
  const reads = new Reads(new Primary(async () => database), undefined, () => {});
  const explain = `explain (analyze, costs off, timing off, summary on) ${sql}`;
  const { value: lines } = await reads.read((queries) => queries.query(explain, parameters));
  return lines.map((line) => String(line["QUERY PLAN"]));
}

async function isExact(database: Database, ledger: Ledger, query: CostQuery): Promise<boolean> {
  const [row] = await database.query(
    "select sum(cost_nano)::text as nano, count(*)::text as rows from ledger_attempts",
  );
  const { total } = await ledger.costs(query);
  return String(total.costNano) === row?.nano && String(total.attempts) === row?.rows;
}

/** Appends as fast as it can and waits until the database has it. */
async function write(ledger: Ledger): Promise<LedgerResult["writing"]> {
  const rows = Array.from({ length: 20_000 }, (_, n) => rowOf(n));
  const started = performance.now();
  for (const row of rows) ledger.append(row);
  const appended = performance.now() - started;
  await ledger.flush();
  const seconds = (performance.now() - started) / 1_000;
  return { rows: rows.length, appendUs: (1_000 * appended) / rows.length, perSecond: rows.length / seconds };
}

function rowOf(n: number): AttemptRow {
  const attemptId = newAttemptId();
  return {
    attemptId,
    firstAttemptId: attemptId,
    requestId: `request-${n}`,
    tenant: `tenant-${n % 20}`,
    keyId: `key${n % 40}`,
    feature: `feature-${n % 4}`,
    backend: "openai",
    model: `model-${n % 8}`,
    operation: "chat",
    wire: "openai",
    number: 1,
    cause: "first",
    outcome: "answered",
    usage: { ...noUsage, inputTokens: 900, outputTokens: 250 },
    costNano: 1_800_000n,
    estimated: false,
    unitPrices: { input_mtok: "0.75", output_mtok: "4.5" },
    priceTable: "bench",
    latencyMs: 900,
    firstTokenMs: 200,
  };
}
