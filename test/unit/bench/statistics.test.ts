import fc from "fast-check";
import { expect, test } from "vitest";
import { trendOf } from "../../../tools/bench/soak/trend.ts";
import { median, percentile, regression, spreadOf } from "../../../tools/bench/statistics.ts";

test("a percentile is the nearest rank", () => {
  const values = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  expect([0.5, 0.99, 0.1].map((share) => percentile(values, share))).toEqual([5, 10, 1]);
  expect(percentile([], 0.5)).toBe(0);
});

test("a median is in the middle, whatever the order", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
  expect(spreadOf([])).toBeUndefined();
});

test("a regression finds the line that points lie on", () => {
  const number = fc.integer({ min: -1000, max: 1000 });
  fc.assert(
    fc.property(number, number, fc.integer({ min: 3, max: 30 }), (slope, start, count) => {
      const fit = regression(Array.from({ length: count }, (_, x) => [x, start + slope * x] as const));
      expect(fit.slope).toBeCloseTo(slope, 6);
      expect(fit.error).toBeCloseTo(0, 6);
    }),
  );
});

const memory = (rss: (index: number) => number) =>
  Array.from({ length: 100 }, (_, index) => ({ requests: index * 1000, rss: rss(index), heap: 0 }));
const verdict = (rss: (index: number) => number) => trendOf(memory(rss), (point) => point.rss).verdict;

test("memory that fills its caches first and then stays is flat", () => {
  expect(verdict((index) => Math.min(index, 40) * 1e6)).toBe("flat");
});

test("memory that sways without going anywhere is flat", () => {
  expect(verdict((index) => 1e8 + (index % 7) * 1e7)).toBe("flat");
});

test("memory that goes on growing is growing", () => {
  expect(verdict((index) => 1e8 + index * 1e6)).toBe("growing");
});

test("a few points say nothing", () => {
  expect(trendOf(memory((index) => index).slice(0, 12), (point) => point.rss).verdict).toBe("too short to tell");
});
