import fc from "fast-check";
import { expect, test } from "vitest";
import { firstIdAt, isAttemptId, newAttemptId, timeOf } from "../../../runtime/router/ledger/attempt-id.ts";

const time = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) });

test("an id tells when it was made", () => {
  fc.assert(
    fc.property(time, (at) => {
      const id = newAttemptId(at);
      expect(isAttemptId(id)).toBe(true);
      expect(timeOf(id)).toBe(at);
    }),
  );
});

test("ids are in the order of their times, and never the same", () => {
  fc.assert(
    fc.property(time, time, (a, b) => {
      if (a < b) expect(newAttemptId(a) < newAttemptId(b)).toBe(true);
      expect(newAttemptId(a)).not.toBe(newAttemptId(a));
      expect(firstIdAt(a) < newAttemptId(a)).toBe(true);
      if (a < b) expect(newAttemptId(a) < firstIdAt(b)).toBe(true);
    }),
  );
});

test("another kind of UUID is not taken for one", () => {
  expect(isAttemptId(crypto.randomUUID())).toBe(false);
  expect(isAttemptId(`${newAttemptId()} `)).toBe(false);
});
