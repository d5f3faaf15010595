import { expect, test } from "vitest";
import { migrate } from "../../../runtime/router/ledger/database/migrate.ts";
import { migrations } from "../../../runtime/router/ledger/database/migrations/index.ts";
import { dropOld, ensurePartitions, monthAfter } from "../../../runtime/router/ledger/database/partitions.ts";
import { Primary } from "../../../runtime/router/ledger/database/primary.ts";
import { encodeRow } from "../../../runtime/router/ledger/row.ts";
import { insertRows } from "../../../runtime/router/ledger/store/insert.ts";
import { describeDatabases } from "./databases.ts";
import { encoded, rowOf, source } from "./rows.ts";

describeDatabases("the ledger's tables", (database) => {
  const number = async (sql: string) => Number((await database().query(`select (${sql})::text as n`))[0]?.n);
  const ready = async (...months: string[]) => {
    await migrate(database());
    await ensurePartitions(database(), months);
  };

  test("are made once, however many routers start at once", async () => {
    await Promise.all([migrate(database()), migrate(database()), migrate(database())]);
    await migrate(database());
    expect(await number("select count(*) from ledger_migrations")).toBe(migrations.length);
  });

  test("are left alone by a migration that fails, and go on from there", async () => {
    const one = { number: 1, name: "one", sql: "create table kept (x integer)" };
    const two = { number: 2, name: "two", sql: "create table half (x integer); select 1 / 0" };
    await migrate(database(), [one]);
    await expect(migrate(database(), [one, two])).rejects.toThrow(/division by zero/);
    expect(await number("select count(*) from pg_class where relname in ('kept', 'half')")).toBe(1);
    await migrate(database(), [one, { ...two, sql: "create table whole (x integer)" }]);
    expect(await number("select max(number) from ledger_migrations")).toBe(2);
  });

  test("have a row once, however often it is given", async () => {
    await ready("2026-11");
    const rows = ["2026-11-03T10:59:59.999Z", "2026-11-03T11:00:00Z"].map((at) => encoded({ at, costNano: 7n }));
    expect(await insertRows(database(), [...rows, ...rows])).toBe(2);
    expect(await insertRows(database(), rows)).toBe(0);
    expect(await number("select count(*) from ledger_attempts")).toBe(2);
    expect(await number("select sum(cost_nano) from ledger_hours")).toBe(14);
    expect(await number("select count(*) from ledger_hours")).toBe(2);
    expect(await number("select sum(cost_nano) from ledger_days")).toBe(14);
    expect(await number("select count(*) from ledger_days")).toBe(1);
  });

  test("have a row once where two routers bring it at the same time, and all others too", async () => {
    await ready("2026-11");
    const shared = Array.from({ length: 50 }, (_, n) => encoded({ at: "2026-11-03T10:00:00Z", tenant: `t${n % 5}` }));
    const own = () =>
      Array.from({ length: 50 }, (_, n) => encoded({ at: "2026-11-03T10:30:00Z", tenant: `t${n % 5}` }));
    const inserted = await Promise.all([
      insertRows(database(), [...shared, ...own()]),
      insertRows(database(), [...own(), ...shared.toReversed()]),
      insertRows(database(), [...shared]),
    ]);
    expect(inserted.reduce((sum, each) => sum + each, 0)).toBe(150);
    expect(await number("select count(*) from ledger_attempts")).toBe(150);
    expect(await number("select sum(attempts) from ledger_hours")).toBe(150);
  });

  test("keep every figure of a row exactly", async () => {
    await ready("2026-11");
    const row = rowOf({
      at: "2026-11-03T10:00:00Z",
      feature: "=cmd|' /C calc'!A0",
      costNano: 9_007_199_254_740_993n,
      estimated: true,
      arbitrageSavedNano: -3n,
    });
    await insertRows(database(), [encodeRow(row, source)]);
    const [found] = await database().query(
      "select *, cost_nano::text as cost, arbitrage_saved_nano::text as saved from ledger_attempts",
    );
    expect(found).toMatchObject({
      attempt_id: row.attemptId,
      at: new Date("2026-11-03T10:00:00Z"),
      stack: "prod",
      region: "eu",
      feature: "=cmd|' /C calc'!A0",
      cost: "9007199254740993",
      saved: "-3",
      estimated: true,
      unit_prices: { input_mtok: "0.75", output_mtok: "4.5" },
      price_table: "genai-prices 0.1.8",
      cache_saved_nano: null,
    });
  });

  test("take a row of a month that nobody expected", async () => {
    const primary = new Primary(
      async () => ({ ...database(), close: async () => {} }),
      () => Date.UTC(2026, 10, 30),
    );
    const db = await primary.ready(["2031-02"]);
    expect(
      await insertRows(db, [encoded({ at: "2031-02-28T23:59:59Z" }), encoded({ at: "2026-12-31T23:59:59Z" })]),
    ).toBe(2);
  });

  test("lose the months that are older than the retention, and no other", async () => {
    const now = Date.UTC(2026, 10, 29);
    const months = Array.from({ length: 6 }, (_, index) => monthAfter("2026-11", -index));
    await ready(...months);
    await insertRows(
      database(),
      months.map((month) => encoded({ at: `${month}-01T00:00:00Z` })),
    );
    expect(await dropOld(database(), 3, now)).toEqual(["2026-06", "2026-07"]);
    expect(await dropOld(database(), 3, now)).toEqual([]);
    expect(await number("select count(*) from ledger_attempts")).toBe(4);
    expect(await number("select sum(attempts) from ledger_days")).toBe(4);
  });
});
