import fc from "fast-check";
import { expect, test } from "vitest";
import { forecast } from "../../../../runtime/router/dashboard/forecast.ts";

const day = { start: 0, end: 86_400_000 };
const noon = 43_200_000;

test("what was spent until noon is spent again until midnight", () => {
  expect(forecast({ ...day, now: noon, spent: 10 })).toEqual({ perHour: 10 / 12, atEnd: 20 });
});

test("a limit that is reached before the end is told with its time", () => {
  expect(forecast({ ...day, now: noon, spent: 10, limit: 15 })).toMatchObject({ exhaustedAt: noon * 1.5 });
  expect(forecast({ ...day, now: noon, spent: 10, limit: 25 })).not.toHaveProperty("exhaustedAt");
  expect(forecast({ ...day, now: noon, spent: 15, limit: 15 })).not.toHaveProperty("exhaustedAt");
});

test("the rate of late counts where it is known", () => {
  const recent = { spent: 6, ms: 3 * 3_600_000 };
  expect(forecast({ ...day, now: noon, spent: 10, recent })).toEqual({
    perHour: expect.closeTo(2),
    atEnd: expect.closeTo(34),
  });
});

test("the first request of a day foretells no catastrophe", () => {
  expect(forecast({ ...day, now: 1_000, spent: 0.01 }).atEnd).toBeLessThan(0.25);
});

test("the end is never below what is spent, and exhaustion always between now and the end", () => {
  const amount = fc.double({ min: 0, max: 1_000, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: day.end }), amount, amount, (now, spent, limit) => {
      const told = forecast({ ...day, now, spent, limit });
      expect(told.atEnd).toBeGreaterThanOrEqual(spent);
      if (told.exhaustedAt !== undefined) {
        expect(told.exhaustedAt).toBeGreaterThanOrEqual(now);
        expect(told.exhaustedAt).toBeLessThanOrEqual(day.end);
        expect(told.atEnd).toBeGreaterThanOrEqual(limit * (1 - 1e-9));
      }
    }),
  );
});
