import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import type { Queries } from "../../../runtime/router/ledger/database/database.ts";
import { migrate } from "../../../runtime/router/ledger/database/migrate.ts";
import { ensurePartitions } from "../../../runtime/router/ledger/database/partitions.ts";
import { rebuild } from "../../../runtime/router/ledger/rebuild.ts";
import {
  type CostGroupBy,
  type CostQuery,
  costGroups,
  costs,
  costsSql,
} from "../../../runtime/router/ledger/reports/costs.ts";
import { requests } from "../../../runtime/router/ledger/reports/requests.ts";
import { splitByTime } from "../../../runtime/router/ledger/reports/split.ts";
import { type AttemptRow, encodeOpen, encodeRow } from "../../../runtime/router/ledger/row.ts";
import { insertRows } from "../../../runtime/router/ledger/store/insert.ts";
import { describeDatabases } from "./databases.ts";
import { openOf, rowOf, source } from "./rows.ts";

const span = { from: Date.UTC(2026, 9, 20), to: Date.UTC(2026, 10, 10) };
const zones = [
  "UTC",
  "Europe/Berlin",
  "Asia/Kolkata",
  "America/New_York",
  "Australia/Lord_Howe",
  "Pacific/Auckland",
] as const;
/** Where a midnight comes twice. PGlite has not got its summer time. */
const havana = "America/Havana";

const time = fc.integer({ min: span.from, max: span.to - 1 });
/** Whole hours and days are where sums begin and end. */
const bound = fc.oneof(
  time,
  time.map((at) => at - (at % 3_600_000)),
  time.map((at) => at - (at % 86_400_000)),
);
const row = fc
  .record({
    at: time.map((at) => new Date(at)),
    tenant: fc.constantFrom("school", "lab"),
    keyId: fc.constantFrom("key1", "key2", "key3"),
    feature: fc.constantFrom(undefined, "grading", "chat"),
    backend: fc.constantFrom("openai", "claude"),
    model: fc.constantFrom("small", "large"),
    outcome: fc.constantFrom<AttemptRow["outcome"]>("answered", "failed", "broken_off"),
    estimated: fc.boolean(),
    costNano: fc.bigInt({ min: 0n, max: 10n ** 15n }),
    arbitrageSavedNano: fc.option(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), { nil: undefined }),
  })
  .map(rowOf);

/** What the ledger says, computed from the rows alone. */
function expected(rows: readonly AttemptRow[], { from, to, groupBy, timezone = "UTC", tenant }: CostQuery) {
  const inside = rows.filter((each) => {
    const at = timeIn(each);
    return at >= from.getTime() && at < to.getTime() && (tenant === undefined || each.tenant === tenant);
  });
  const groups = Map.groupBy(inside, (each) => groupBy.map((group) => groupOf(each, group, timezone)).join("|"));
  return Object.fromEntries(
    Array.from(groups, ([name, all]) => [name, all.reduce((sum, each) => sum + each.costNano, 0n)]),
  );
}

const timeIn = ({ attemptId }: AttemptRow) => Number.parseInt(attemptId.replaceAll("-", "").slice(0, 12), 16);

function groupOf(each: AttemptRow, group: CostGroupBy, timeZone: string): string {
  if (group === "stack") return source.stack;
  if (group === "region") return source.region;
  if (group === "key") return each.keyId;
  if (group === "feature") return each.feature ?? "";
  if (group === "day" || group === "week" || group === "month") {
    const day = new Intl.DateTimeFormat("en-CA", {
      timeZone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
    }).format(timeIn(each));
    if (group !== "week") return group === "day" ? day : day.slice(0, 7);
    return isoWeek(day);
  }
  return each[group];
}

function isoWeek(day: string): string {
  const thursday = new Date(`${day}T00:00:00Z`);
  thursday.setUTCDate(thursday.getUTCDate() + 3 - ((thursday.getUTCDay() + 6) % 7));
  const week = Math.floor((thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / (7 * 86_400_000)) + 1;
  return `${thursday.getUTCFullYear()}-W${String(week).padStart(2, "0")}`;
}

describeDatabases("reports", (database) => {
  const insert = (rows: readonly AttemptRow[]) =>
    insertRows(
      database(),
      rows.map((each) => encodeRow(each, source)),
    );
  const day = { from: new Date("2026-11-03T00:00:00Z"), to: new Date("2026-11-04T00:00:00Z") };

  beforeEach(async () => {
    await migrate(database());
    await ensurePartitions(database(), ["2026-09", "2026-10", "2026-11"]);
  });

  test("add up to the ledger to the last nano-dollar, however they are asked for", async () => {
    const rows = fc.sample(row, { numRuns: 600, seed: 7 });
    await insert(rows.slice(0, 400));
    await insert(rows.slice(200));
    const query = fc.record({
      bounds: fc.tuple(bound, bound).filter(([a, b]) => a !== b),
      groupBy: fc.subarray([...costGroups]),
      timezone: fc.constantFrom(...zones, ...(database().kind === "embedded" ? [] : [havana])),
      tenant: fc.constantFrom(undefined, "school"),
    });
    await fc.assert(
      fc.asyncProperty(query, async ({ bounds, ...rest }) => {
        const [from, to] = bounds.toSorted((a, b) => a - b).map((at) => new Date(at));
        const asked = { ...rest, from: from ?? day.from, to: to ?? day.to };
        const report = await costs(database(), asked);
        const told = report.groups.map(({ by, costNano }) => [
          asked.groupBy.map((group) => by[group]).join("|"),
          costNano,
        ]);
        const wanted = expected(rows, asked);
        if (asked.groupBy.length > 0) expect(Object.fromEntries(told)).toEqual(wanted);
        expect(report.total.costNano).toBe(Object.values(wanted).reduce((sum, each) => sum + each, 0n));
      }),
      { numRuns: 60 },
    );
  });

  test("count requests once, and every attempt", async () => {
    const first = rowOf({ at: "2026-11-03T10:00:00Z", outcome: "failed", costNano: 0n });
    const second = rowOf({ at: "2026-11-03T10:00:01Z", firstAttemptId: first.attemptId, number: 2, cause: "failover" });
    await insert([first, second, rowOf({ at: "2026-11-03T11:00:00Z", estimated: true, cacheSavedNano: 5n })]);
    const { total } = await costs(database(), { ...day, groupBy: [] });
    expect(total).toMatchObject({
      requests: 2,
      attempts: 3,
      failed: 1,
      costNano: 330_000n,
      estimatedNano: 165_000n,
      cacheSavedNano: 5n,
    });
    expect(total).toMatchObject({ inputTokens: 300, outputTokens: 60 });
  });

  test.each([
    ["timezone", { timezone: "Mars/Olympus" }],
    ["timezone", { timezone: "+05:30" }],
    ["timezone", { timezone: "UTC'; drop table ledger_attempts; --" }],
    ["to", { to: day.from }],
    ["from", { from: new Date(Number.NaN) }],
    ["from", { from: new Date("1990-01-01T00:00:00Z") }],
  ])("refuse a wrong %s by its name: %j", async (param, wrong) => {
    await expect(costs(database(), { ...day, groupBy: ["day"], ...wrong })).rejects.toMatchObject({
      name: "ReportProblem",
      param,
    });
  });

  test("take a filter's value for a value, whatever it says", async () => {
    await insert([rowOf({ at: "2026-11-03T10:00:00Z" })]);
    const tenant = "x' or '1'='1";
    expect((await costs(database(), { ...day, groupBy: ["tenant"], tenant })).groups).toEqual([]);
  });

  test("page through requests with all of their attempts, latest first, each once", async () => {
    const firsts = Array.from({ length: 25 }, (_, n) =>
      rowOf({
        at: `2026-11-03T10:${String(n).padStart(2, "0")}:00Z`,
        requestId: "sent-twice",
        tenant: n % 2 ? "lab" : "school",
      }),
    );
    const seconds = firsts.map((first) =>
      rowOf({
        at: new Date(timeIn(first) + 5),
        requestId: "sent-twice",
        tenant: first.tenant,
        firstAttemptId: first.attemptId,
        number: 2,
        cause: "retry",
        costNano: 1n,
      }),
    );
    await insert([...firsts, ...seconds]);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page: Awaited<ReturnType<typeof requests>> = await requests(database(), { ...day, limit: 10, cursor });
      for (const { firstAttemptId, attempts, costNano } of page.requests) {
        seen.push(firstAttemptId);
        expect(attempts.map(({ number }) => number)).toEqual([1, 2]);
        expect(costNano).toBe(165_001n);
      }
      cursor = page.next;
    } while (cursor !== undefined);
    expect(seen).toEqual(firsts.map(({ attemptId }) => attemptId).toReversed());
    const lab = await requests(database(), { ...day, tenant: "lab" });
    expect(lab.requests).toHaveLength(12);
    expect(lab.requests[0]?.attempts[0]).toMatchObject({ unitPrices: { input_mtok: "0.75" }, firstTokenMs: 210 });
    await expect(requests(database(), { ...day, cursor: "'" })).rejects.toMatchObject({ param: "cursor" });
    await expect(requests(database(), { ...day, limit: 0 })).rejects.toMatchObject({ param: "limit" });
  });

  test("tell budgets what stack, tenants and keys have spent since a period began, and what is open", async () => {
    const now = Date.UTC(2026, 10, 3, 15, 30);
    const ended = rowOf({ at: "2026-11-03T15:20:01Z", keyId: "key2", costNano: 4n, estimated: true });
    const long = rowOf({ at: "2026-11-03T15:00:00Z", costNano: 0n, latencyMs: 1_200_000 });
    const abandoned = rowOf({ at: "2026-11-03T14:30:00Z", costNano: 0n, latencyMs: 0, outcome: "abandoned" });
    await insert([
      long,
      abandoned,
      rowOf({ at: "2026-11-03T15:19:00Z", costNano: 0n, latencyMs: 59_000 }),
      rowOf({ at: "2026-11-01T10:00:00Z", costNano: 1n }),
      rowOf({ at: "2026-11-03T00:00:00Z", tenant: "lab", keyId: "key3", costNano: 2n }),
      ended,
    ]);
    const periods = { day: new Date("2026-11-03T00:00:00Z"), month: new Date("2026-11-01T00:00:00Z") };
    const open = [openOf({ attemptId: ended.attemptId }), openOf({ reservedNano: 77n })];
    const told = await rebuild(database(), {
      stack: "prod",
      periods,
      open: open.map(encodeOpen),
      now,
      recentMs: 600_000,
    });
    const spent = Object.fromEntries(
      told.spent.map(({ period, level, id, nano }) => [`${period} ${level} ${id}`, nano]),
    );
    expect(spent).toEqual({
      "day stack prod": 6n,
      "day tenant lab": 2n,
      "day tenant school": 4n,
      "day key key1": 0n,
      "day key key2": 4n,
      "day key key3": 2n,
      "month stack prod": 7n,
      "month tenant lab": 2n,
      "month tenant school": 5n,
      "month key key1": 1n,
      "month key key2": 4n,
      "month key key3": 2n,
    });
    expect(told.spent).toContainEqual({ period: "day", level: "stack", id: "prod", nano: 6n, estimatedNano: 4n });
    expect(told.recent.toSorted()).toEqual([ended, long, abandoned].map(({ attemptId }) => attemptId).toSorted());
    expect(told.open).toMatchObject([
      { reservedNano: 77n, tenant: "school", keyId: "key1", expiresAt: 1_800_000_000_000 },
    ]);
  });

  describe("read sums instead of rows", () => {
    const planOf = async (queries: Queries, query: Partial<CostQuery & { readonly timezone: string }>) => {
      const asked = {
        from: new Date("2026-10-01T00:00:00Z"),
        to: new Date("2026-11-03T10:20:00Z"),
        groupBy: [],
        timezone: "UTC",
        ...query,
      };
      const units = asked.groupBy.filter((group) => group === "day" || group === "week" || group === "month");
      const { sql, parameters } = costsSql(asked, await splitByTime(queries, { ...asked, units }));
      return (await queries.query(`explain ${sql}`, parameters)).map((line) => String(line["QUERY PLAN"])).join("\n");
    };

    test("for whole days, and rows only for the last broken hour", async () => {
      const plan = await planOf(database(), { groupBy: ["day", "model"] });
      expect(plan).toContain("ledger_days_2026_10");
      expect(plan).not.toContain("ledger_attempts_2026_10");
      expect(plan).toContain("ledger_attempts_2026_11");
    });

    test("for whole days, also within the months of another zone", async () => {
      const query = { from: new Date("2026-09-30T22:00:00Z"), to: new Date("2026-11-03T10:00:00Z") };
      const plan = await planOf(database(), { ...query, groupBy: ["month"], timezone: "Europe/Berlin" });
      expect(plan).toContain("ledger_days_2026_10");
      expect(plan).not.toContain("ledger_attempts");
    });

    test("for a zone of whole hours", async () => {
      const plan = await planOf(database(), {
        groupBy: ["day"],
        timezone: "Europe/Berlin",
        to: new Date("2026-11-03T10:00:00Z"),
      });
      expect(plan).toContain("ledger_hours_2026_10");
      expect(plan).not.toContain("ledger_attempts");
    });
  });
});
