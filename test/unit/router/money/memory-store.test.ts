import { describe, expect, test } from "vitest";
import { MemoryBudgetStore } from "../../../../runtime/router/money/index.ts";
import { budgetStoreTests, noLimits, orderOf, sunday, utc } from "../../../support/budget-suite.ts";

describe("the budget of one router, in its memory", () => {
  budgetStoreTests(async () => ({ routers: [new MemoryBudgetStore(utc)], close: async () => {} }), 300);

  test("goes on from what the ledger knows", () => {
    const store = new MemoryBudgetStore(utc);
    const spend = (spent: number) => ({ spent, estimated: 1 });
    const open = { id: "a", tenant: "acme", key: "k1", amount: 5, madeAt: sunday - 86_400_000, expiresAt: sunday };
    const periods = { day: spend(10), week: spend(20), month: spend(30) };
    store.load({ spends: [{ scope: "tenant:acme", periods }], open: [open] }, sunday);
    expect(store.status("tenant:acme", {}, sunday)).toMatchObject({
      day: { spent: 10, estimated: 1, reserved: 0 },
      week: { spent: 20, reserved: 5 },
      month: { spent: 30, reserved: 5 },
    });
    const limits = { ...noLimits, tenant: { week: 25 } };
    expect(store.reserve(orderOf("b", 1, { limits }))).toMatchObject({ ok: false, spent: 20, reserved: 5 });
  });

  test("answers at once: nothing of it is a promise", () => {
    const store = new MemoryBudgetStore(utc);
    expect(store.reserve(orderOf("a", 5))).toEqual({ ok: true });
    expect(store.settle("a", 5, false)).toEqual({ state: "settled" });
    expect(store.sweep(sunday)).toEqual([]);
  });
});
