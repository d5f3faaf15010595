import fc from "fast-check";
import { expect, test } from "vitest";
import { chooseVersion } from "../../../runtime/router/providers/triton/versions.ts";

const weight = fc.double({ min: 0.01, max: 1_000, noNaN: true });
const version = fc.integer({ min: 1, max: 30 }).map(String);
const weights = fc.dictionary(version, weight, { minKeys: 1, maxKeys: 6 });
const users = Array.from({ length: 4_000 }, (_, index) => `user-${index}`);

test("the same user always gets the same version, in whatever order the versions are written", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), weights, (user, model, given) => {
      const reversed = Object.fromEntries(Object.entries(given).reverse());
      expect(chooseVersion(user, model, given)).toBe(chooseVersion(user, model, reversed));
    }),
  );
});

test("a version without weight is never chosen", () => {
  fc.assert(
    fc.property(fc.string(), weights, version, (user, given, off) => {
      const rest = { ...given, [off]: 0 };
      expect(chooseVersion(user, "model", rest)).not.toBe(off);
    }),
  );
});

test.each([{}, { "1": 0, "2": 0 }])("the server chooses where the weights are %j", (none) => {
  expect(chooseVersion("user", "model", none)).toBeUndefined();
});

test.each([
  { "1": 1, "2": 1 },
  { "1": 90, "2": 10 },
  { "1": 0.2, "2": 0.3, "7": 0.5 },
])("users are shared out by the weights %j", (given: Record<string, number>) => {
  const total = Object.values(given).reduce((sum, value) => sum + value, 0);
  const chosen = users.map((user) => chooseVersion(user, "model", given));
  for (const [name, value] of Object.entries(given)) {
    const expected = value / total;
    const share = chosen.filter((one) => one === name).length / users.length;
    // Five standard deviations of a fair draw; the hash makes it the same at each run.
    expect(Math.abs(share - expected)).toBeLessThan(5 * Math.sqrt((expected * (1 - expected)) / users.length));
  }
});

test("raising one weight moves users to that version only", () => {
  fc.assert(
    fc.property(fc.string(), weights, fc.double({ min: 1, max: 100, noNaN: true }), (user, given, factor) => {
      const [grown = ""] = Object.keys(given);
      const before = chooseVersion(user, "model", given);
      const after = chooseVersion(user, "model", { ...given, [grown]: (given[grown] ?? 0) * factor });
      expect([before, grown]).toContain(after);
    }),
  );
});

test("models are drawn independently", () => {
  const [a, b] = ["one", "another"].map((model) => users.map((user) => chooseVersion(user, model, { "1": 1, "2": 1 })));
  const same = users.filter((_, index) => a?.[index] === b?.[index]).length / users.length;
  expect(same).toBeGreaterThan(0.45);
  expect(same).toBeLessThan(0.55);
});
