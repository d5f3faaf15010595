import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { LedgerConfig } from "../../../runtime/config/index.ts";
import { openPglite } from "../../../runtime/router/ledger/database/pglite.ts";
import { type Ledger, openLedger } from "../../../runtime/router/ledger/index.ts";
import { findPostgres, usePostgres } from "../../support/postgres.ts";
import { until } from "../../support/wait.ts";
import { pooled } from "./databases.ts";
import { rowOf, source } from "./rows.ts";
import { recordingLog, scratch } from "./support.ts";
import { holding, killedAfter, killedWhen, type Said } from "./writer-process.ts";

const programs = await findPostgres();
const config = { directory: "ledger", journal: { segmentBytes: 16_384 }, batch: { rows: 20, intervalMs: 20 } };
const span = () => ({ from: new Date(Date.now() - 86_400_000), to: new Date(Date.now() + 86_400_000) });

function open(baseDirectory: string, environment: NodeJS.ProcessEnv = {}, given: object = config): Ledger {
  const { log } = recordingLog();
  const ledger = openLedger({ config: LedgerConfig.parse(given), source, environment, baseDirectory, log });
  onTestFinished(async () => void (await ledger.close({ timeoutMs: 5_000 })));
  return ledger;
}

const flushed = (ledger: Ledger): Promise<boolean> =>
  ledger.flush().then(
    () => true,
    () => false,
  );

/** Every attempt of the ledger, over all pages: its outcome and cost. */
async function entriesOf(ledger: Ledger): Promise<Map<string, { outcome: string; costNano: bigint }>> {
  const found = new Map<string, { outcome: string; costNano: bigint }>();
  let cursor: string | undefined;
  do {
    const page: Awaited<ReturnType<Ledger["requests"]>> = await ledger.requests({ ...span(), limit: 1_000, cursor });
    for (const { attemptId, outcome, costNano } of page.requests.flatMap(({ attempts }) => attempts)) {
      expect(found.has(attemptId)).toBe(false);
      found.set(attemptId, { outcome, costNano });
    }
    cursor = page.next;
  } while (cursor !== undefined);
  return found;
}

/** All that was said is there: what ended at its cost, the rest at what was reserved or at a cost not yet told. */
function expectAll(found: Awaited<ReturnType<typeof entriesOf>>, { begun, ended }: Said): void {
  for (const [id, nano] of ended) expect(found.get(id)).toEqual({ outcome: "answered", costNano: nano });
  for (const [id, nano] of begun) {
    const entry = found.get(id);
    if (entry?.outcome === "abandoned") expect(entry.costNano).toBe(nano);
    else expect(entry?.outcome).toBe("answered");
  }
}

describe("a killed router, embedded", () => {
  /** To make a database takes seconds: it is made once and copied. */
  let template = "";
  beforeAll(async () => {
    template = mkdtempSync(join(tmpdir(), "hybrid-llm-ledger-"));
    await (await openPglite(join(template, "ledger", "database"))).close();
  });
  afterAll(() => rmSync(template, { recursive: true, force: true }));
  const prepared = () => {
    const baseDirectory = scratch();
    cpSync(template, baseDirectory, { recursive: true });
    return baseDirectory;
  };

  test("has everything in the ledger that it had done: once, and after two kills as well", async () => {
    const baseDirectory = prepared();
    const options = { baseDirectory, config, environment: {} };
    const first = await killedAfter(5_000, options);
    const second = await killedAfter(5_000, options);
    const ledger = open(baseDirectory);
    await ledger.flush();
    const found = await entriesOf(ledger);
    expectAll(found, first);
    expectAll(found, second);
    expect(ledger.health.counts).toMatchObject({ corrupt: 0, rejected: 0, lost: 0 });
    const { total } = await ledger.costs({ ...span(), groupBy: [] });
    const sum = [...found.values()].reduce((all, { costNano }) => all + costNano, 0n);
    expect(total.costNano).toBe(sum);
    expect(readdirSync(join(baseDirectory, "ledger", "journal"))).toHaveLength(1);
  });

  test("that was killed while it made its database makes it anew", async () => {
    const baseDirectory = scratch();
    await killedWhen(() => existsSync(join(baseDirectory, "ledger", "database", "data.new", "base")), {
      baseDirectory,
      config,
      environment: {},
    });
    const ledger = open(baseDirectory);
    ledger.append(rowOf());
    await ledger.flush();
    expect((await entriesOf(ledger)).size).toBe(1);
  });

  test("lets no other process have its folder while it lives; that one's rows wait until it has ended", async () => {
    const baseDirectory = prepared();
    const holder = await holding({ baseDirectory, config, environment: {} });
    const ledger = open(baseDirectory);
    ledger.append(rowOf());
    await expect(ledger.flush()).rejects.toThrow(
      new RegExp(`in use by process ${holder.pid}; end it, or give this router another ledger.directory`),
    );
    expect(ledger.health).toMatchObject({ writable: true, database: { problem: expect.stringContaining("in use") } });
    await holder.end();
    await until(() => ledger.health.counts.shipped === 1);
  });

  test("and two ledgers of one process don't share a folder either", async () => {
    const baseDirectory = prepared();
    await open(baseDirectory).flush();
    await expect(open(baseDirectory).flush()).rejects.toThrow(/in use by process/);
  });
});

describe.skipIf(programs === undefined)("with a real PostgreSQL behind PgBouncer", () => {
  if (programs === undefined) return;
  const server = usePostgres(programs);
  const environment = () => ({ DATABASE_URL: server().url("postgres", "pooler") });
  const emptied = async () => {
    const database = pooled(server().url());
    await database.script("drop schema public cascade; create schema public");
    await database.close();
  };

  test("a killed router has everything in the ledger that it had done, once", async () => {
    await emptied();
    const baseDirectory = scratch();
    const said = await killedAfter(3_000, { baseDirectory, config, environment: environment() });
    const ledger = open(baseDirectory, environment());
    await ledger.flush();
    expectAll(await entriesOf(ledger), said);
    expect(ledger.health.counts).toMatchObject({ recovered: 1, corrupt: 0, rejected: 0 });
  });

  test("no row is lost and none is there twice when the database is killed twice under writes", async () => {
    await emptied();
    const ledger = open(scratch(), environment());
    const written = new Set<string>();
    const timer = setInterval(() => {
      for (let count = 0; count < 5; count++) {
        const row = rowOf({ costNano: 1n });
        ledger.append(row);
        written.add(row.attemptId);
      }
    }, 2);
    for (let round = 0; round < 2; round++) {
      const before = ledger.health.counts.shipped;
      await until(() => ledger.health.counts.shipped > before + 100);
      await server().kill();
      const waiting = written.size;
      await until(() => written.size > waiting + 300);
      expect(ledger.writable).toBe(true);
      await server().start();
    }
    clearInterval(timer);
    await until(() => flushed(ledger));
    const found = await entriesOf(ledger);
    expect(new Set(found.keys())).toEqual(written);
    const { total } = await ledger.costs({ ...span(), groupBy: [] });
    expect(total).toMatchObject({ attempts: written.size, costNano: BigInt(written.size) });
  });

  test("reports are read at the replica, and at the primary when the replica is gone", async () => {
    await emptied();
    const replica = { DATABASE_REPLICA_URL: server().url() };
    const ledger = open(scratch(), { ...environment(), ...replica });
    ledger.append(rowOf());
    await ledger.flush();
    expect(await ledger.costs({ ...span(), groupBy: [] })).toMatchObject({
      readFrom: "replica",
      total: { attempts: 1 },
    });
    const gone = { DATABASE_REPLICA_URL: "postgresql://reader:hunter2secret@127.0.0.1:1/none" };
    const { lines, log } = recordingLog();
    const without = openLedger({
      config: LedgerConfig.parse(config),
      source,
      environment: { ...environment(), ...gone },
      baseDirectory: scratch(),
      log,
    });
    expect(await without.costs({ ...span(), groupBy: [] })).toMatchObject({
      readFrom: "primary",
      total: { attempts: 1 },
    });
    expect(await without.requests(span())).toMatchObject({ readFrom: "primary" });
    expect(lines.filter(({ message }) => message === "ledger replica")).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toContain("hunter2");
    await without.close({ timeoutMs: 5_000 });
  });

  test("a long report that reads what is to be dropped holds up no row", async () => {
    await emptied();
    const directory = { ...config, retentionMonths: 1 };
    const before = open(scratch(), environment(), { ...directory, retentionMonths: 240 });
    before.append(rowOf({ at: "2020-01-01T00:00:00Z" }));
    await before.flush();
    const reader = pooled(server().url());
    await reader.transaction(async (queries) => {
      await queries.query("select count(*) from ledger_attempts");
      const ledger = open(scratch(), environment(), directory);
      ledger.append(rowOf());
      await ledger.flush();
      expect(ledger.health).toMatchObject({ database: { problem: undefined }, counts: { shipped: 1 } });
    });
    await reader.close();
  });

  test("a password that was changed is read again, and rows go on", async () => {
    await emptied();
    const baseDirectory = scratch();
    const file = join(baseDirectory, "address");
    const right = new URL(server().url("postgres", "pooler"));
    const wrong = new URL(right);
    wrong.password = "changed";
    writeFileSync(file, wrong.href);
    const ledger = open(baseDirectory, {}, { ...config, database: { file: "address" } });
    ledger.append(rowOf());
    await until(() => ledger.health.database.problem !== undefined);
    writeFileSync(file, right.href);
    await until(() => flushed(ledger));
    expect(ledger.health.counts.shipped).toBe(1);
  });

  test("a wrong address is a problem in words that hold no password, and rows wait", async () => {
    const wrong = server().url("no_such_database");
    const ledger = open(scratch(), { DATABASE_URL: wrong });
    ledger.append(rowOf());
    await expect(ledger.flush()).rejects.toThrow(/no_such_database/);
    expect(ledger.health.database.problem).not.toContain(new URL(wrong).password);
  });
});
