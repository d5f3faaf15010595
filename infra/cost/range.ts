/** A number with what it is at least, most likely and at most. */
export interface Range {
  readonly min: number;
  readonly expected: number;
  readonly max: number;
}

export const zero: Range = { min: 0, expected: 0, max: 0 };

export const exactly = (value: number): Range => ({ min: value, expected: value, max: value });

export const add = (a: Range, b: Range): Range => ({
  min: a.min + b.min,
  expected: a.expected + b.expected,
  max: a.max + b.max,
});

export const scaled = (range: Range, by: number): Range => mapped(range, (value) => value * by);

export const mapped = (range: Range, change: (value: number) => number): Range => ({
  min: change(range.min),
  expected: change(range.expected),
  max: change(range.max),
});

export const times = (a: Range, b: Range): Range => ({
  min: a.min * b.min,
  expected: a.expected * b.expected,
  max: a.max * b.max,
});

export const sum = (ranges: Iterable<Range>): Range => {
  let total = zero;
  for (const range of ranges) total = add(total, range);
  return total;
};
