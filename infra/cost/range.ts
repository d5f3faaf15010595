import { z } from "zod";

/** A number with what it is at least, most likely and at most. */
export interface Range {
  readonly min: number;
  readonly expected: number;
  readonly max: number;
}

export const amount = z.number().min(0);

/** A range as it is written: a number, or all three. */
export const range = z
  .union([amount.transform((value) => exactly(value)), z.strictObject({ min: amount, expected: amount, max: amount })])
  .refine(({ min, expected, max }) => min <= expected && expected <= max, {
    error: "min, expected and max must not fall",
  });

export const zero: Range = { min: 0, expected: 0, max: 0 };

export const exactly = (value: number): Range => ({ min: value, expected: value, max: value });

/** Of two, value by value. */
export const combined = (a: Range, b: Range, of: (x: number, y: number) => number): Range => ({
  min: of(a.min, b.min),
  expected: of(a.expected, b.expected),
  max: of(a.max, b.max),
});

export const add = (a: Range, b: Range): Range => combined(a, b, (x, y) => x + y);

export const times = (a: Range, b: Range): Range => combined(a, b, (x, y) => x * y);

export const scaled = (range: Range, by: number): Range => mapped(range, (value) => value * by);

export const mapped = (range: Range, change: (value: number) => number): Range => ({
  min: change(range.min),
  expected: change(range.expected),
  max: change(range.max),
});

export const sum = (ranges: Iterable<Range>): Range => {
  let total = zero;
  for (const range of ranges) total = add(total, range);
  return total;
};
