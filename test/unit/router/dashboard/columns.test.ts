import fc from "fast-check";
import { expect, test } from "vitest";
import { hoursOf, lastDays, lastHours } from "../../../../runtime/router/dashboard/columns.ts";
import { Calendar } from "../../../../runtime/router/money/index.ts";

const hour = 3_600_000;
const zones = ["UTC", "Europe/Berlin", "America/Santiago", "Asia/Kolkata", "Australia/Lord_Howe"];
const time = fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2028, 0) });
const ascends = (bounds: readonly number[]) =>
  bounds.every((bound, index) => index === 0 || bound > (bounds[index - 1] ?? 0));

test("the last 24 hours are whole ones, and now is in the last of them", () => {
  fc.assert(
    fc.property(time, (now) => {
      const bounds = lastHours(now);
      expect(bounds).toHaveLength(25);
      expect(bounds.every((bound) => bound % hour === 0)).toBe(true);
      expect(now).toBeGreaterThanOrEqual(bounds[23] ?? Number.NaN);
      expect(now).toBeLessThan(bounds[24] ?? Number.NaN);
    }),
  );
});

test("days begin where the calendar says, whatever clocks do", () => {
  fc.assert(
    fc.property(time, fc.constantFrom(...zones), fc.integer({ min: 1, max: 10 }), (now, zone, days) => {
      const calendar = new Calendar(zone);
      const bounds = lastDays(calendar, now, days, 1);
      expect(bounds).toHaveLength(days + 1);
      expect(ascends(bounds)).toBe(true);
      expect(bounds.at(-1)).toBe(calendar.at(now).day.end);
      for (const bound of bounds.slice(0, -1)) expect(calendar.at(bound).day.start).toBe(bound);
      const parts = lastDays(calendar, now, days, 4);
      expect(parts).toHaveLength(4 * days + 1);
      expect(ascends(parts)).toBe(true);
    }),
    { numRuns: 6 },
  );
});

test("the hours of a day leave no gap, also where it has 23 or 25", () => {
  const calendar = new Calendar("Europe/Berlin");
  for (const [date, hours] of [
    ["2026-03-29", 23],
    ["2026-06-01", 24],
    ["2026-10-25", 25],
  ] as const) {
    const { day } = calendar.at(Date.parse(`${date}T12:00:00Z`));
    const bounds = hoursOf(day);
    expect(bounds).toHaveLength(hours + 1);
    expect([bounds[0], bounds.at(-1)]).toEqual([day.start, day.end]);
  }
});
