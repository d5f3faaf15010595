import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { forecastOf, SpendRate, shownTime } from "../../../../runtime/router/alerts/forecast.ts";
import { Calendar } from "../../../../runtime/router/money/index.ts";

const minute = 60_000;
const hour = 60 * minute;
const start = Date.UTC(2026, 10, 29);

describe("the rate of spending", () => {
  test("is that of the last hour once there is one, and before that of the period so far", () => {
    const rate = new SpendRate("day");
    // 600 in the first hour, then 60 an hour.
    const spentAt = (at: number) => (at <= hour ? (600 * at) / hour : 600 + (60 * (at - hour)) / hour);
    const told: Record<number, number> = {};
    for (let at = 0; at <= 3 * hour; at += 1_000) {
      rate.note(start + at, spentAt(at), start);
      if (at % (30 * minute) === 0) told[at / minute] = (rate.perMs(start + at, spentAt(at)) ?? 0) * hour;
    }
    expect(told[0]).toBe(0);
    expect(told[30]).toBeCloseTo(600);
    expect(told[60]).toBeCloseTo(600);
    expect(told[90]).toBeGreaterThan(300);
    expect(told[120]).toBeCloseTo(60);
    expect(told[180]).toBeCloseTo(60);
  });

  test("of a router that has just started is that since the period's start", () => {
    const rate = new SpendRate("day");
    const now = start + 10 * hour;
    rate.note(now, 500, start);
    rate.note(now + minute, 500, start);
    expect((rate.perMs(now + minute, 500) ?? 0) * hour).toBeCloseTo(500 / (10 + 1 / 60));
  });

  test("begins anew with the period", () => {
    const rate = new SpendRate("day");
    for (let at = 0; at < 24 * hour; at += minute) rate.note(start + at, at, start);
    const next = start + 24 * hour;
    rate.note(next + 1, 0, next);
    expect(rate.perMs(next + 1, 0)).toBe(0);
  });

  test("is what was spent over the time that it took, whenever it was looked at", () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 20 * minute }), fc.integer({ min: 0, max: 1_000 })), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(steps, (given) => {
        const rate = new SpendRate("day");
        const looks: { at: number; spent: number }[] = [];
        let [at, spent] = [start, 0];
        for (const [ms, more] of given) {
          at += ms;
          spent += more;
          looks.push({ at, spent });
          rate.note(at, spent, start);
        }
        const told = rate.perMs(at, spent) ?? Number.NaN;
        const ends = [{ at: start, spent: 0 }, ...looks].filter((look) => look.at < at);
        // Since the period's start, or one of the looks.
        expect(ends.some((look) => Math.abs(told - (spent - look.spent) / (at - look.at)) < 1e-9)).toBe(true);
      }),
    );
  });
});

describe("a forecast", () => {
  const amounts = fc.record({
    spent: fc.integer({ min: 0, max: 10 ** 12 }),
    limit: fc.integer({ min: 1, max: 10 ** 12 }),
    perMs: fc.double({ min: 0, max: 10 ** 6, noNaN: true }),
    leftMs: fc.integer({ min: 1, max: 31 * 24 * hour }),
  });

  test("says a time at which the budget is used up, and only one before it begins anew", () => {
    fc.assert(
      fc.property(amounts, ({ spent, limit, perMs, leftMs }) => {
        const resetsAt = start + leftMs;
        const { exhaustedAt } = forecastOf({ now: start, spent, limit, resetsAt }, perMs);
        if (exhaustedAt === undefined) {
          // Already used up, or what is left lasts.
          expect(spent >= limit || spent + perMs * leftMs <= limit + perMs).toBe(true);
          return;
        }
        expect(exhaustedAt).toBeGreaterThan(start);
        expect(exhaustedAt).toBeLessThan(resetsAt);
        const then = spent + perMs * (exhaustedAt - start);
        expect(then).toBeGreaterThanOrEqual(limit * (1 - 1e-9));
        expect(spent + perMs * (exhaustedAt - 1 - start)).toBeLessThanOrEqual(limit * (1 + 1e-9));
      }),
    );
  });
});

describe("a time as it is shown", () => {
  test.each([
    // An hour that comes twice.
    ["Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-24T22:00:00Z", "02:30 CEST"],
    ["Europe/Berlin", "2026-10-25T01:30:00Z", "2026-10-24T22:00:00Z", "02:30 CET"],
    ["Europe/Berlin", "2026-11-29T15:40:00Z", "2026-11-29T12:00:00Z", "16:40 CET"],
    ["Europe/Berlin", "2026-12-03T15:40:00Z", "2026-11-29T12:00:00Z", "Thu 3 Dec, 16:40 CET"],
    // The day is that of the zone.
    ["Asia/Kolkata", "2026-11-29T19:00:00Z", "2026-11-29T17:00:00Z", "Mon 30 Nov, 00:30 GMT+5:30"],
    ["UTC", "2026-11-29T00:00:00Z", "2026-11-29T23:00:00Z", "00:00 UTC"],
  ])("in %s", (zone, at, now, shown) => {
    expect(shownTime(Date.parse(at), Date.parse(now), zone)).toBe(shown);
  });

  test("lies in the day that the calendar says, over a change of clocks", () => {
    const calendar = new Calendar("Europe/Berlin");
    const { day } = calendar.at(Date.parse("2026-10-25T12:00:00Z"));
    expect(day.end - day.start).toBe(25 * hour);
    // 4 an hour: what is left of 100 lasts for the 25 hours of that day.
    const perMs = 4 / hour;
    expect(forecastOf({ now: day.start, spent: 0, limit: 100, resetsAt: day.end }, perMs).exhaustedAt).toBeUndefined();
    const { exhaustedAt = 0 } = forecastOf({ now: day.start, spent: 0, limit: 98, resetsAt: day.end }, perMs);
    expect(shownTime(exhaustedAt, day.start, "Europe/Berlin")).toBe("23:30 CET");
  });
});
