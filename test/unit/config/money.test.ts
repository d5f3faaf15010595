import { describe, expect, test } from "vitest";
import { check, formatPath, RouterConfig } from "../../../runtime/config/index.ts";
import { isBudgeted, LimitTable } from "../../../runtime/router/money/index.ts";

const problemsOf = (value: unknown) => {
  const result = check(RouterConfig, value);
  return result.success ? [] : result.problems.map(({ path, allowed }) => `${formatPath(path)}: ${allowed}`);
};
const limitsOf = (budgets: object) => new LimitTable(RouterConfig.parse({ budgets }).budgets);
const asker = { tenant: "acme", key: "k1" };

describe("budgets in the configuration", () => {
  test("are 50 dollars a day for the stack, unless it says otherwise", () => {
    expect(RouterConfig.parse({}).budgets).toMatchObject({ stack: { day: 50 }, key: "daily_spend", timezone: "UTC" });
    expect(limitsOf({}).of(asker)).toEqual({ key: {}, tenant: {}, stack: { day: 50e9 } });
    expect(isBudgeted(limitsOf({}).of(asker))).toBe(true);
    expect(isBudgeted(limitsOf({ stack: {} }).of(asker))).toBe(false);
  });

  test("limit a request, a key, a tenant and the stack", () => {
    const limits = limitsOf({ request: 1, keys: { k1: { week: 0 } }, tenants: { acme: { month: 2.5 } }, stack: {} });
    expect(limits.of(asker)).toEqual({ request: 1e9, key: { week: 0 }, tenant: { month: 2.5e9 }, stack: {} });
    expect(limits.of({ tenant: "other", key: "k2" })).toEqual({ request: 1e9, key: {}, tenant: {}, stack: {} });
    expect(limits.ofScope("tenant:acme")).toEqual({ month: 2.5e9 });
    expect(limits.scopes()).toEqual(["stack", "tenant:acme", "key:k1"]);
    expect(isBudgeted(limits.of(asker))).toBe(true);
  });

  test("are refused with what is allowed", () => {
    expect(problemsOf({ budgets: { timezone: "Mars/Olympus", key: "{spend}", stack: { day: -1, year: 1 } } })).toEqual([
      expect.stringMatching(/^budgets\.timezone: an IANA time zone/),
      expect.stringMatching(/^budgets\.stack\.day: /),
      expect.stringMatching(/^budgets\.stack\.year: the keys day, month, week/),
      expect.stringMatching(/^budgets\.key: 1 to 64 letters/),
    ]);
    expect(problemsOf({ prices: { "gpt-4o": {} } })).toEqual([expect.stringMatching(/<backend>\/<model>/)]);
  });
});
