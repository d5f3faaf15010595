import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type BudgetStore,
  Calendar,
  type Limits,
  type PeriodLimits,
  type ReserveOrder,
  type Scope,
} from "../../runtime/router/money/index.ts";
import { BudgetModel } from "./budget-model.ts";

/** Stores of one and the same budget, as several routers have them; one where they can't share. */
export interface House {
  readonly routers: readonly BudgetStore[];
  close(): Promise<void>;
}

export const utc = new Calendar("UTC");
/** A Sunday in the middle of a month. */
export const sunday = Date.UTC(2026, 10, 15, 12);
const hour = 3_600_000;

export const noLimits: Limits = { key: {}, tenant: {}, stack: {} };

export function orderOf(id: string, amount: number, given: Partial<ReserveOrder> = {}): ReserveOrder {
  const now = given.now ?? sunday;
  return { id, amount, tenant: "acme", key: "k1", now, expiresAt: now + hour, limits: noLimits, ...given };
}

/** What every budget store does, wherever it keeps its counters. */
export function budgetStoreTests(open: () => Promise<House>, runs: number): void {
  const withStore = async (work: (store: BudgetStore, other: BudgetStore) => Promise<void>) => {
    const house = await open();
    const [store] = house.routers;
    if (!store) throw new Error("no router");
    try {
      await work(store, house.routers.at(-1) ?? store);
    } finally {
      await house.close();
    }
  };
  const spentOf = async (store: BudgetStore, scope: Scope = "stack", now = sunday) => {
    const status = await store.status(scope, {}, now);
    return status?.day.spent;
  };

  test("a reservation counts against the limit until it is settled by what was used", () =>
    withStore(async (store, other) => {
      const limits = { ...noLimits, stack: { day: 100 } };
      expect(await store.reserve(orderOf("a", 60, { limits }))).toEqual({ ok: true });
      expect(await other.reserve(orderOf("b", 60, { limits }))).toEqual({
        ok: false,
        reason: "over_budget",
        scope: "stack",
        period: "day",
        limit: 100,
        spent: 0,
        reserved: 60,
        resetsAt: Date.UTC(2026, 10, 16),
      });
      expect(await store.settle("a", 40, false, sunday)).toEqual({ state: "settled" });
      expect(await other.reserve(orderOf("b", 60, { limits }))).toEqual({ ok: true });
      expect(await store.status("stack", limits.stack, sunday)).toMatchObject({
        day: { limit: 100, spent: 40, estimated: 0, reserved: 60, resetsAt: Date.UTC(2026, 10, 16) },
        week: { limit: undefined, spent: 40, reserved: 60, resetsAt: Date.UTC(2026, 10, 16) },
        month: { spent: 40, reserved: 60, resetsAt: Date.UTC(2026, 11, 1) },
      });
    }));

  test("tells of several scopes at once, each with its own amounts, in the order that is asked for", () =>
    withStore(async (store, other) => {
      await store.reserve(orderOf("a", 60));
      await store.settle("a", 40, true, sunday);
      await other.reserve(orderOf("b", 7));
      const scopes = ["tenant:nobody", "stack", "key:nobody", "tenant:acme"] as const;
      const asked = scopes.map((scope, index) => ({ scope, limits: { day: 100 + index } }));
      const told = await store.statuses(asked, sunday);
      const each = await Promise.all(asked.map(({ scope, limits }) => store.status(scope, limits, sunday)));
      expect(told).toEqual(each);
      expect(told?.map(({ day }) => [day.limit, day.spent, day.estimated, day.reserved])).toEqual([
        [100, 0, 0, 0],
        [101, 40, 40, 7],
        [102, 0, 0, 0],
        [103, 40, 40, 7],
      ]);
    }));

  test("the narrowest limit that is exceeded is the one that is named", () =>
    withStore(async (store) => {
      const limits: Limits = { request: 50, key: { month: 40 }, tenant: { week: 30 }, stack: { day: 20 } };
      const named = async (amount: number, given: Limits, inRequest = 0) => {
        const answer = await store.reserve(orderOf("a", amount, { limits: given, inRequest }));
        return answer.ok || answer.reason === "store_lost" ? answer : `${answer.scope} ${answer.period}`;
      };
      expect(await named(31, limits, 20)).toBe("request request");
      expect(await named(41, limits)).toBe("key:k1 month");
      expect(await named(31, limits)).toBe("tenant:acme week");
      expect(await named(21, limits)).toBe("stack day");
      expect(await named(20, limits)).toEqual({ ok: true });
    }));

  test("what costs nothing is never refused and counts nowhere", () =>
    withStore(async (store) => {
      const limits = { ...noLimits, stack: { day: 0 } };
      expect(store.reserve(orderOf("a", 0, { limits }))).toEqual({ ok: true });
      expect(store.settle("a", 0, false, sunday)).toEqual({ state: "unknown" });
      expect(await store.reserve(orderOf("b", 1, { limits }))).toMatchObject({ ok: false, limit: 0 });
    }));

  test("a settlement counts once, however often it comes", () =>
    withStore(async (store) => {
      await store.reserve(orderOf("a", 60));
      await store.settle("a", 40, false, sunday);
      expect(await store.settle("a", 40, false, sunday)).toEqual({ state: "unknown" });
      expect(await store.settle("b", 40, false, sunday)).toEqual({ state: "unknown" });
      expect(await spentOf(store)).toBe(40);
    }));

  test("what was used counts in full, also where it is more than was reserved", () =>
    withStore(async (store) => {
      await store.reserve(orderOf("a", 60));
      await store.settle("a", 90, false, sunday);
      expect(await spentOf(store)).toBe(90);
    }));

  test("a reservation whose router died is spent in full, estimated, and told until the ledger has it", () =>
    withStore(async (store, other) => {
      await store.reserve(orderOf("a", 60, { expiresAt: sunday + 10, tenant: "with\na break" }));
      expect(await other.sweep(sunday + 9)).toEqual([]);
      const expired = { id: "a", amount: 60, tenant: "with\na break", key: "k1", expiresAt: sunday + 10 };
      expect(await other.sweep(sunday + 10)).toEqual([expired]);
      expect(await store.sweep(sunday + 10)).toEqual([expired]);
      await other.swept(["a"]);
      expect(await store.sweep(sunday + 11)).toEqual([]);
      const status = await store.status("tenant:with\na break", {}, sunday);
      expect(status?.day).toMatchObject({ spent: 60, estimated: 60, reserved: 0 });
    }));

  test("a reservation that expires within a millisecond is like any other", () =>
    withStore(async (store) => {
      await store.reserve(orderOf("a", 60, { expiresAt: sunday + 0.5 }));
      expect(await store.settle("a", 40, false, sunday)).toEqual({ state: "settled" });
      expect(await spentOf(store)).toBe(40);
    }));

  test("a settlement after that corrects upwards only, and once", () =>
    withStore(async (store) => {
      await store.reserve(orderOf("a", 60, { expiresAt: sunday }));
      await store.reserve(orderOf("b", 60, { expiresAt: sunday }));
      await store.sweep(sunday);
      expect(await store.settle("a", 10, false, sunday)).toEqual({ state: "late" });
      expect(await spentOf(store)).toBe(120);
      expect(await store.settle("b", 75, false, sunday)).toEqual({ state: "late" });
      expect(await store.settle("b", 75, false, sunday)).toEqual({ state: "unknown" });
      expect(await spentOf(store)).toBe(135);
    }));

  test("a reservation belongs to the day in which it was made, also when it is settled after midnight", () =>
    withStore(async (store) => {
      const monday = Date.UTC(2026, 10, 16);
      await store.reserve(orderOf("a", 60, { now: monday - 1 }));
      await store.reserve(orderOf("b", 7, { now: monday }));
      await store.settle("a", 50, false, monday);
      expect(await store.status("stack", {}, monday)).toMatchObject({
        day: { spent: 0, reserved: 7 },
        week: { spent: 0, reserved: 7 },
        month: { spent: 50, reserved: 7 },
      });
    }));

  test("a budget is whole again when its period is over", () =>
    withStore(async (store) => {
      const limits = { ...noLimits, tenant: { day: 60 } };
      await store.reserve(orderOf("a", 60, { limits }));
      await store.settle("a", 60, false, sunday);
      expect(await store.reserve(orderOf("b", 1, { limits }))).toMatchObject({ ok: false });
      expect(await store.reserve(orderOf("b", 60, { limits, now: sunday + 12 * hour }))).toEqual({ ok: true });
    }));

  test("a router whose clock is behind does not bring yesterday's budget back", () =>
    withStore(async (store, other) => {
      const limits = { ...noLimits, stack: { day: 60 } };
      const midnight = Date.UTC(2026, 10, 16);
      await store.reserve(orderOf("a", 50, { limits, now: midnight }));
      expect(await other.reserve(orderOf("b", 50, { limits, now: midnight - 1 }))).toMatchObject({ ok: false });
      await other.reserve(orderOf("c", 10, { limits, now: midnight - 1 }));
      expect((await store.status("stack", {}, midnight))?.day.reserved).toBe(60);
    }));

  test("limits may change between two requests", () =>
    withStore(async (store) => {
      const day = (limit: number): Limits => ({ ...noLimits, key: { day: limit } });
      await store.reserve(orderOf("a", 60, { limits: day(60) }));
      expect(await store.reserve(orderOf("b", 10, { limits: day(69) }))).toMatchObject({ ok: false });
      expect(await store.reserve(orderOf("b", 10, { limits: day(70) }))).toEqual({ ok: true });
      expect(await store.reserve(orderOf("c", 1, { limits: day(10) }))).toMatchObject({ limit: 10, reserved: 70 });
    }));

  test("amounts of nine million dollars are exact to the nano-dollar", () =>
    withStore(async (store) => {
      const most = 1e15;
      for (const [index] of Array.from({ length: 8 }).entries()) {
        await store.reserve(orderOf(`m${index}`, most));
        await store.settle(`m${index}`, most, false, sunday);
      }
      await store.reserve(orderOf("n", 1));
      const limits = { ...noLimits, stack: { month: 8e15 + 2 } };
      expect(await store.reserve(orderOf("o", 2, { limits }))).toMatchObject({ spent: 8e15, reserved: 1 });
      expect(await store.reserve(orderOf("o", 1, { limits }))).toEqual({ ok: true });
    }));

  test("an amount that is none is a mistake of the caller's", () =>
    withStore(async (store) => {
      for (const amount of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e15 + 2]) {
        expect(() => store.reserve(orderOf("a", amount))).toThrow(RangeError);
        expect(() => store.settle("a", amount, false, sunday)).toThrow(RangeError);
      }
    }));

  test("does what the naive model does, whatever happens in whatever order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(eventOf, { minLength: 1, maxLength: 60 }), async (events) => {
        const house = await open();
        try {
          await replay(house, events);
        } finally {
          await house.close();
        }
      }),
      { numRuns: runs },
    );
  });
}

const tenants = ["acme", "umbrella"];
const keys = ["k1", "k2", "k3"];
const limit = fc.option(fc.integer({ min: 0, max: 500 }), { nil: undefined, freq: 3 });
const periodLimits = fc
  .record({ day: limit, week: limit, month: limit })
  .map((limits): PeriodLimits => Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined)));

const eventOf = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("reserve" as const),
      router: fc.nat(9),
      who: fc.nat(5),
      amount: fc.integer({ min: 1, max: 120 }),
      lastsMs: fc.integer({ min: 0, max: 3 * hour }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("settle" as const),
      which: fc.nat(30),
      amount: fc.integer({ min: 0, max: 150 }),
      estimated: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("sweep" as const), router: fc.nat(9) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("pass" as const),
      ms: fc.oneof(fc.integer({ min: 1, max: 2 * hour }), fc.integer({ min: 1, max: 10 * 24 * hour })),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("limit" as const),
      limits: fc.record({ key: periodLimits, tenant: periodLimits, stack: periodLimits }),
    }),
  },
);
type Event = typeof eventOf extends fc.Arbitrary<infer T> ? T : never;

/** Plays events to a store and to the model; a router that dies is one that never settles. */
async function replay({ routers }: House, events: readonly Event[]): Promise<void> {
  const model = new BudgetModel();
  const made: { id: string; router: BudgetStore }[] = [];
  const untold = new Set<string>();
  let now = sunday;
  let limits: Limits = { key: { day: 200 }, tenant: { week: 400 }, stack: { day: 500, month: 900 } };
  const routerOf = (index: number) => {
    const router = routers[index % routers.length];
    if (!router) throw new Error("no router");
    return router;
  };
  for (const [index, event] of events.entries()) {
    if (event.kind === "pass") now += event.ms;
    else if (event.kind === "limit") limits = event.limits;
    else if (event.kind === "reserve") {
      const id = `r${index}`;
      const who = { tenant: tenants[event.who % 2] ?? "", key: keys[event.who % 3] ?? "" };
      const order = { id, ...who, amount: event.amount, now, expiresAt: now + event.lastsMs, limits };
      const router = routerOf(event.router);
      expect(await router.reserve(order)).toMatchObject(model.reserve(order));
      made.push({ id, router });
    } else if (event.kind === "settle") {
      const settled = made[event.which % Math.max(1, made.length)];
      if (!settled) continue;
      const { state } = await settled.router.settle(settled.id, event.amount, event.estimated, now);
      expect(state).toBe(model.settle(settled.id, event.amount));
    } else {
      const router = routerOf(event.router);
      for (const id of model.sweep(now)) untold.add(id);
      const expired = await router.sweep(now);
      expect(expired.map(({ id }) => id).toSorted()).toEqual([...untold].toSorted());
      if (event.router % 2 === 0) {
        await router.swept([...untold]);
        untold.clear();
      }
    }
    for (const scope of ["stack", "tenant:acme", "key:k2"] as const) {
      const status = await routerOf(index).status(scope, limits.stack, now);
      for (const period of ["day", "week", "month"] as const) {
        expect(status?.[period]).toMatchObject(model.sums(scope, period, now));
      }
    }
  }
}
