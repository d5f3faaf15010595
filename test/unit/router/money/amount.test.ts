import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  checked,
  formatDollars,
  fromDollars,
  fromPicos,
  largestAmount,
  parseDollars,
  perHour,
  perMillion,
} from "../../../../runtime/router/money/amount.ts";

describe("amounts of money", () => {
  test("are whole nano-dollars, whatever binary makes of a decimal fraction", () => {
    expect(fromDollars(0.1) + fromDollars(0.2)).toBe(fromDollars(0.3));
    expect(fromDollars(50)).toBe(50_000_000_000);
    expect(fromDollars(0.000000001)).toBe(1);
  });

  test("are written with the places that were asked for, half a unit up", () => {
    expect(formatDollars(12_345_678_499)).toBe("12.345678");
    expect(formatDollars(12_345_678_500)).toBe("12.345679");
    expect(formatDollars(999_999_999, 2)).toBe("1.00");
    expect(formatDollars(1_499_999_999, 0)).toBe("1");
    expect(formatDollars(1, 9)).toBe("0.000000001");
  });

  test("come back from their text as they were", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: largestAmount }), (amount) => {
        expect(parseDollars(formatDollars(amount, 9))).toBe(amount);
      }),
    );
  });

  test("are not made from anything else", () => {
    for (const text of ["", "-1", "1.", ".5", "1e3", "1,5", "1.0000000001", "12345678"]) {
      expect(() => parseDollars(text)).toThrow(RangeError);
    }
    for (const amount of [-1, 0.5, Number.NaN, largestAmount + 1]) expect(() => checked(amount)).toThrow(RangeError);
  });

  test("list prices become whole pico-dollars a token", () => {
    expect(perMillion(2.5)).toBe(2_500_000);
    expect(perMillion(0.075)).toBe(75_000);
    expect(perMillion(0.1 + 0.2)).toBe(300_000);
    expect(perMillion(0.00000011)).toBe(1);
    expect(perHour(3.6)).toBe(1_000_000);
  });

  test("are never rounded down, and never beyond the largest", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n * 10n ** 18n }), (picos) => {
        const amount = BigInt(fromPicos(Number(picos)));
        const exact = (picos + 999n) / 1000n;
        const most = BigInt(largestAmount);
        expect(amount).toBeGreaterThanOrEqual(exact < most ? exact : most);
        expect(amount - (exact < most ? exact : most)).toBeLessThanOrEqual(picos > 2n ** 53n - 1n ? 11n : 0n);
      }),
    );
  });
});
