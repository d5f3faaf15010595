import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseRouterConfig } from "../../../../runtime/config/index.ts";
import { backoffMs, RetryBudget } from "../../../../runtime/router/reliability/index.ts";

const retries = parseRouterConfig({}, "test").retries;

describe("the wait before a retry", () => {
  test("is never shorter than what the provider asked for, and never longer than that and the cap", () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 100 }),
        fc.nat({ max: 60_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (retry, after, random) => {
          const wait = backoffMs(retry, retries, after, () => random);
          expect(wait).toBeGreaterThanOrEqual(after);
          expect(wait).toBeLessThanOrEqual(after + Math.min(retries.capMs, retries.baseMs * 2 ** retry));
        },
      ),
    );
  });

  test("is spread over the whole range (full jitter)", () => {
    expect(backoffMs(0, retries, 0, () => 0)).toBe(0);
    expect(backoffMs(0, retries, 0, () => 1)).toBe(retries.baseMs);
    expect(backoffMs(3, retries, 0, () => 1)).toBe(retries.baseMs * 8);
    expect(backoffMs(60, retries, 0, () => 1)).toBe(retries.capMs);
  });
});

describe("the retry budget", () => {
  const budget = () => {
    const clock = { now: 0 };
    return { clock, one: new RetryBudget({ ...retries, budgetMinimum: 2, budgetPercent: 20 }, () => clock.now) };
  };
  const taken = (one: RetryBudget, tries: number) =>
    Array.from({ length: tries }, () => one.take()).filter(Boolean).length;

  test("always allows the minimum, and not one more", () => {
    expect(taken(budget().one, 10)).toBe(2);
  });

  test("allows a share of the requests of the last ten seconds", () => {
    const { one } = budget();
    for (let i = 0; i < 100; i++) one.request();
    expect(taken(one, 100)).toBe(20);
  });

  test("forgets after ten seconds", () => {
    const { one, clock } = budget();
    for (let i = 0; i < 100; i++) one.request();
    expect(taken(one, 15)).toBe(15);
    clock.now = 9_999;
    expect(taken(one, 100)).toBe(5);
    clock.now = 10_000;
    expect(taken(one, 100)).toBe(0);
    clock.now = 19_999;
    expect(taken(one, 100)).toBe(2);
    clock.now = 3_600_000;
    expect(taken(one, 100)).toBe(2);
  });
});
