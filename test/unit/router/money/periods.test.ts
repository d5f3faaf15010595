import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Calendar, type PeriodName, periodNames } from "../../../../runtime/router/money/index.ts";

const iso = (milliseconds: number) => new Date(milliseconds).toISOString();
const boundsOf = (zone: string, at: string, name: PeriodName) => {
  const { start, end } = new Calendar(zone).at(Date.parse(at))[name];
  return [iso(start), iso(end)];
};

/** Zones that move their clocks at midnight, by half an hour, over the date line, or not at all. */
const zones = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "America/Sao_Paulo",
  "America/St_Johns",
  "America/Havana",
  "Africa/Cairo",
  "Asia/Beirut",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "Pacific/Kiritimati",
];

describe("budget periods", () => {
  test("begin at local midnight, on Monday, on the first", () => {
    expect(boundsOf("Europe/Berlin", "2026-11-29T22:59:59Z", "day")).toEqual([
      "2026-11-28T23:00:00.000Z",
      "2026-11-29T23:00:00.000Z",
    ]);
    expect(boundsOf("UTC", "2026-11-29T12:00:00Z", "week")).toEqual([
      "2026-11-23T00:00:00.000Z",
      "2026-11-30T00:00:00.000Z",
    ]);
    expect(boundsOf("UTC", "2026-12-31T23:59:59Z", "month")).toEqual([
      "2026-12-01T00:00:00.000Z",
      "2027-01-01T00:00:00.000Z",
    ]);
  });

  test("have 23 or 25 hours when clocks are moved", () => {
    expect(boundsOf("Europe/Berlin", "2026-03-29T12:00:00Z", "day")).toEqual([
      "2026-03-28T23:00:00.000Z",
      "2026-03-29T22:00:00.000Z",
    ]);
    expect(boundsOf("America/New_York", "2026-11-01T12:00:00Z", "day")).toEqual([
      "2026-11-01T04:00:00.000Z",
      "2026-11-02T05:00:00.000Z",
    ]);
  });

  test("begin after the gap where there is no midnight", () => {
    expect(boundsOf("Asia/Beirut", "2026-03-29T12:00:00Z", "day")[0]).toBe("2026-03-28T22:00:00.000Z");
    expect(boundsOf("America/Sao_Paulo", "2018-11-04T12:00:00Z", "day")[0]).toBe("2018-11-04T03:00:00.000Z");
  });

  test("skip a date that a zone skipped, and never bear one twice", () => {
    // Samoa went from Thursday the 29th to Saturday the 31st.
    expect(boundsOf("Pacific/Apia", "2011-12-30T09:59:59Z", "day")[1]).toBe("2011-12-30T10:00:00.000Z");
    expect(boundsOf("Pacific/Apia", "2011-12-30T10:00:00Z", "day")[0]).toBe("2011-12-30T10:00:00.000Z");
    // Newfoundland put its clocks back at one minute past midnight.
    const calendar = new Calendar("America/St_Johns");
    const midnight = calendar.at(Date.parse("2010-11-07T12:00:00Z")).day.start;
    expect(calendar.at(midnight + 30 * 60_000).day.id).toBe(calendar.at(midnight).day.id);
  });

  test("follow one another without gap or overlap, in every zone, at every time", () => {
    const instants = fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2040, 0) });
    fc.assert(
      fc.property(fc.constantFrom(...zones), instants, (zone, now) => {
        const calendar = new Calendar(zone);
        const periods = calendar.at(now);
        for (const name of periodNames) {
          const { start, end, id } = periods[name];
          expect(start).toBeLessThanOrEqual(now);
          expect(end).toBeGreaterThan(now);
          const next = new Calendar(zone).at(end)[name];
          expect(next.start).toBe(end);
          expect(next.id).toBeGreaterThan(id);
          expect(new Calendar(zone).at(start)[name]).toEqual(periods[name]);
          expect(new Calendar(zone).at(end - 1)[name]).toEqual(periods[name]);
        }
        expect(periods.week.start).toBeLessThanOrEqual(periods.day.start);
        expect(periods.month.end).toBeGreaterThanOrEqual(periods.day.end);
        expect((((periods.week.id + 3) % 7) + 7) % 7).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  test("are the same whatever was asked before", () => {
    const calendar = new Calendar("Europe/Berlin");
    const instants = fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2027, 0) });
    fc.assert(
      fc.property(fc.array(instants, { maxLength: 5 }), (times) => {
        for (const now of times) expect(calendar.at(now)).toEqual(new Calendar("Europe/Berlin").at(now));
      }),
      { numRuns: 30 },
    );
  });
});
