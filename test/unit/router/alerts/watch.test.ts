import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { minute, start, watched } from "./support.ts";

const hour = 60 * minute;
const quiet = { alerts: { forecast: false } };
const abouts = (told: ReturnType<typeof watched>["told"]) =>
  told.map(({ alert }) => `${alert.scope} ${alert.period} ${alert.threshold_percent ?? "forecast"}`);

describe("thresholds", () => {
  test("each is told once, in order, however often it is looked at", async () => {
    const { watch, spend, told } = watched({ stack: { day: 100 }, ...quiet });
    for (const dollars of [49, 1, 20, 9, 2, 13, 4, 5]) {
      spend(dollars);
      await watch.look();
      await watch.look();
    }
    expect(abouts(told)).toEqual(["stack day 50", "stack day 80", "stack day 95"]);
    expect(told[1]?.alert).toMatchObject({
      spent_percent: 81,
      spent: { usd: 81 },
      limit: { usd: 100 },
      throttle: "cheaper",
    });
    expect(told[1]?.text).toBe(
      "budget alert: The stack has spent $81.00 of $100.00 for this day (81 %). It begins anew at Tue 1 Dec, 00:00 UTC. auto takes cheaper models now.",
    );
  });

  test("one jump over several tells each of them", async () => {
    const { watch, spend, told } = watched({ stack: { day: 100 }, ...quiet });
    spend(96);
    await watch.look();
    expect(abouts(told)).toEqual(["stack day 50", "stack day 80", "stack day 95"]);
  });

  test("are told again in the next period, and of each scope and period by itself", async () => {
    const { watch, spend, told, clock } = watched({
      stack: { day: 10, month: 40 },
      tenants: { acme: { week: 10 } },
      alerts: { thresholds: [50], forecast: false },
    });
    spend(6);
    await watch.look();
    expect(abouts(told).sort()).toEqual(["stack day 50", "tenant:acme week 50"]);
    clock.now = start + 24 * hour;
    await watch.look();
    expect(told).toHaveLength(2);
    // In December, of which nothing is spent.
    spend(20);
    await watch.look();
    expect(abouts(told).slice(2).sort()).toEqual(["stack day 50", "stack month 50"]);
  });

  test("exactly those that were reached are told, each once, whatever is spent when and looked at how often", async () => {
    const step = fc.record({ dollars: fc.integer({ min: 0, max: 40 }), looks: fc.integer({ min: 0, max: 2 }) });
    const thresholds = fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), thresholds, async (steps, wanted) => {
        const { watch, spend, told } = watched({
          stack: { day: 100 },
          alerts: { thresholds: wanted, forecast: false },
        });
        let spent = 0;
        for (const { dollars, looks } of [...steps, { dollars: 0, looks: 1 }]) {
          spend(dollars);
          spent += dollars;
          for (let look = 0; look < looks; look++) await watch.look();
        }
        const reached = wanted.filter((threshold) => spent >= threshold).sort((a, b) => a - b);
        expect(told.map(({ alert }) => alert.threshold_percent).sort((a = 0, b = 0) => a - b)).toEqual(reached);
      }),
    );
  });

  test("nothing is told of a budget that allows nothing, nor where there is no limit", async () => {
    const { watch, spend, told } = watched({ stack: {}, tenants: { acme: { day: 0 } } });
    spend(5);
    await watch.look();
    expect(told).toEqual([]);
    expect(watch.throttleOf({ tenant: "acme", key: "k1" })).toBeUndefined();
  });
});

describe("a forecast", () => {
  test("is told once, before the threshold, with the time in the budget's zone", async () => {
    const { watch, spend, told, clock } = watched({
      stack: { day: 24 },
      timezone: "Europe/Berlin",
      alerts: { thresholds: [95] },
    });
    // It is one o'clock in Berlin; two dollars an hour are used up by noon of the day.
    for (let minutes = 0; minutes < 120; minutes++) {
      clock.now = start + minutes * minute;
      spend(2 / 60);
      await watch.look();
    }
    expect(told).toHaveLength(1);
    expect(told[0]?.alert).toMatchObject({ period: "day", timezone: "Europe/Berlin" });
    expect(told[0]?.alert).not.toHaveProperty("threshold_percent");
    expect(told[0]?.text).toMatch(
      / At this rate, exhausted at \d\d:\d\d CET; it begins anew at Tue 1 Dec, 00:00 CET\.$/,
    );
    expect(watch.told("stack", "day")).toMatchObject([{ about: "forecast", state: "sent" }]);
    expect(watch.of("stack")?.forecasts.day?.perHour).toBeCloseTo(2e9, -7);
  });

  test("says nothing at the start of a period, nor where the budget lasts", async () => {
    const { watch, spend, told, clock } = watched({ stack: { day: 24 }, alerts: { thresholds: [] } });
    clock.now = start + minute;
    spend(1);
    await watch.look();
    expect(watch.of("stack")?.forecasts.day?.exhaustedAt).toBeDefined();
    clock.now = start + 23 * hour;
    await watch.look();
    expect(told).toEqual([]);
  });
});

describe("throttling", () => {
  const levels = ({ watch }: ReturnType<typeof watched>, asker = { tenant: "acme", key: "k1" }) =>
    watch.throttleOf(asker)?.level;

  test("steps up with what is spent and ends with the period", async () => {
    const it = watched({ stack: { day: 100 }, ...quiet });
    const seen: unknown[] = [];
    for (const dollars of [79, 1, 14, 1]) {
      it.spend(dollars);
      await it.watch.look();
      seen.push(levels(it));
    }
    expect(seen).toEqual([undefined, "cheaper", "cheaper", "local"]);
    expect(it.watch.throttleOf({ tenant: "acme", key: "k1" })?.why).toBe("95 % of the budget for this day are spent");
    it.clock.now = start + 24 * hour;
    await it.watch.look();
    expect(levels(it)).toBeUndefined();
  });

  test("is of whom the budget is, and the sternest holds", async () => {
    const it = watched({
      stack: { day: 100 },
      tenants: { acme: { day: 10 } },
      keys: { k2: { day: 10 } },
      ...quiet,
    });
    it.spend(8.5);
    it.spend(9.9, { tenant: "other", key: "k2" });
    await it.watch.look();
    expect(levels(it)).toBe("cheaper");
    expect(levels(it, { tenant: "other", key: "k3" })).toBeUndefined();
    expect(levels(it, { tenant: "acme", key: "k2" })).toBe("local");
    expect(it.watch.throttleOf({ tenant: "acme", key: "k2" })?.why).toContain("the key's budget");
  });

  test("{} switches it off", async () => {
    const it = watched({ stack: { day: 100 }, throttle: {}, ...quiet });
    it.spend(100);
    await it.watch.look();
    expect(levels(it)).toBeUndefined();
  });
});
