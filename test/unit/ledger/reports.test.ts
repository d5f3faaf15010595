import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderCsv } from "../../../runtime/router/ledger/reports/csv.ts";
import { costsCsv, costsJson, dollars } from "../../../runtime/router/ledger/reports/index.ts";
import { partsOf } from "../../../runtime/router/ledger/reports/parts.ts";
import { checkTimeZone, isUtc } from "../../../runtime/router/ledger/reports/time-zone.ts";

const hour = 3_600_000;
const day = 24 * hour;

describe("the parts of a time", () => {
  const moment = fc.integer({ min: 0, max: 40 * day });

  test("hold each of its moments once, with their signs, and no other; sums are read whole", () => {
    fc.assert(
      fc.property(moment, moment, (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const parts = partsOf(from, to, 7);
        for (const part of parts) {
          expect(part.to).toBeGreaterThan(part.from);
          expect(part.group).toBe(7);
          const width = { day, hour, rows: 1 }[part.source];
          expect([part.from % width, part.to % width]).toEqual([0, 0]);
        }
        const bounds = [...new Set([from, to, ...parts.flatMap((part) => [part.from, part.to])])].sort((x, y) => x - y);
        for (const at of bounds) {
          const count = parts.reduce((sum, part) => sum + (part.from <= at && at < part.to ? part.sign : 0), 0);
          expect(count, String(at)).toBe(from <= at && at < to ? 1 : 0);
        }
      }),
    );
  });

  test("are five at most, and read at most half an hour by row and half a day by hour at either end", () => {
    fc.assert(
      fc.property(moment, moment, (a, b) => {
        const parts = partsOf(Math.min(a, b), Math.max(a, b));
        expect(parts.length).toBeLessThanOrEqual(5);
        const read = (of: string) =>
          parts.filter(({ source }) => source === of).reduce((sum, { from, to }) => sum + to - from, 0);
        expect(read("rows")).toBeLessThanOrEqual(hour);
        expect(read("hour")).toBeLessThanOrEqual(day + hour);
      }),
    );
  });
});

describe("a time zone", () => {
  const [from, to] = [Date.UTC(2026, 9, 1), Date.UTC(2026, 10, 30)];
  test.each([
    ["UTC", true],
    ["Africa/Abidjan", true],
    ["Europe/Berlin", false],
    ["Asia/Kolkata", false],
  ])("%s has UTC's days: %s", (zone, same) => {
    expect(isUtc(zone, from, to)).toBe(same);
  });

  test("that is UTC in winter is none in summer", () => {
    expect(isUtc("Europe/London", Date.UTC(2026, 0, 1), Date.UTC(2026, 1, 1))).toBe(true);
    expect(isUtc("Europe/London", Date.UTC(2026, 0, 1), Date.UTC(2026, 5, 1))).toBe(false);
  });

  test.each(["", "Mars/Olympus", "+05:30", "-03", "UTC;"])("can't be %j", (zone) => {
    expect(() => checkTimeZone(zone)).toThrow(/Europe\/Berlin/);
  });
});

describe("money", () => {
  test("is exact to the last nano-dollar", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n }), (nano) => {
        const text = dollars(nano);
        expect(text).toMatch(/^-?\d+\.\d{9}$/);
        expect(BigInt(text.replace(".", ""))).toBe(nano);
      }),
    );
    expect([dollars(0n), dollars(1n), dollars(-1n), dollars(1_500_000_000n)]).toEqual([
      "0.000000000",
      "0.000000001",
      "-0.000000001",
      "1.500000000",
    ]);
  });
});

describe("CSV", () => {
  /** A reader of RFC 4180, as strict as the RFC. */
  const parse = (text: string): string[][] => {
    const rows: string[][] = [];
    let row: string[] = [];
    for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
      row.push(quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'));
      if (end !== "\r\n") continue;
      rows.push(row);
      row = [];
    }
    return rows;
  };
  const cell = fc.string({ unit: "grapheme" });

  test("is read back as it was written", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), (rows) => {
        const read = parse(renderCsv(["a", "b"], rows)).slice(1);
        const formula = /^[=+\-@\t\r]/;
        const decimal = /^-?\d+(\.\d+)?$/;
        const safe = (text: string) => (formula.test(text) && !decimal.test(text) ? `'${text}` : text);
        expect(read).toEqual(rows.map((row) => row.map(safe)));
      }),
    );
  });

  test.each(["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\tx", "\r=x"])("never holds the formula %j", (text) => {
    expect(parse(renderCsv(["a"], [[text]]))[1]?.[0]).toBe(`'${text}`);
  });

  test("keeps numbers below zero numbers", () => {
    expect(renderCsv(["a"], [[-5], ["-0.000000001"], [undefined]])).toBe("a\r\n-5\r\n-0.000000001\r\n\r\n");
  });
});

test("a report says the same as JSON and as CSV", () => {
  const figures = {
    requests: 2,
    attempts: 3,
    failed: 1,
    inputTokens: 300,
    cachedTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 60,
    reasoningTokens: 0,
    costNano: 9_007_199_254_740_993n,
    estimatedNano: 0n,
    arbitrageSavedNano: -3n,
    cacheSavedNano: 0n,
  };
  const report = {
    from: new Date("2026-11-03T00:00:00Z"),
    to: new Date("2026-11-04T00:00:00Z"),
    groupBy: ["day", "feature"] as const,
    timezone: "UTC",
    readFrom: "replica" as const,
    groups: [{ by: { day: "2026-11-03", feature: "=grading" }, ...figures }],
    total: figures,
  };
  expect(costsJson(report)).toMatchObject({
    group_by: ["day", "feature"],
    read_from: "replica",
    groups: [
      { day: "2026-11-03", feature: "=grading", cost_usd: "9007199.254740993", arbitrage_saved_usd: "-0.000000003" },
    ],
    total: { requests: 2, cost_usd: "9007199.254740993" },
  });
  const [head, line] = costsCsv(report).split("\r\n");
  expect(head).toMatch(/^day,feature,requests,attempts,failed,input_tokens,/);
  expect(line).toMatch(/^2026-11-03,'=grading,2,3,1,300,.*,9007199\.254740993,0\.000000000,-0\.000000003,/);
});
