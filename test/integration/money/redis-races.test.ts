import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Rebuilt, RedisBudgetOptions, RedisBudgetStore } from "../../../runtime/router/money/index.ts";
import { openRedisStore } from "../../support/budget-redis.ts";
import { noLimits, orderOf } from "../../support/budget-suite.ts";
import { describeWithRedis, RedisServer, startRedisCluster } from "../../support/redis.ts";

const limit = 1_000;
const limits = { ...noLimits, stack: { day: limit } };

interface Place {
  readonly servers: readonly RedisServer[];
  stop(): Promise<void>;
}

const places: Record<string, { start: () => Promise<Place>; runs: number }> = {
  "one Redis": {
    runs: 12,
    start: async () => {
      const server = await RedisServer.start();
      return { servers: [server], stop: () => server.stop() };
    },
  },
  "a Redis Cluster of three nodes": { runs: 4, start: startRedisCluster },
};

describeWithRedis("a budget that many routers reach for at once", () => {
  describe.each(Object.entries(places))("in %s", (_, { start, runs }) => {
    let place: Place;
    beforeAll(async () => {
      place = await start();
    });
    afterAll(() => place?.stop());

    const openRouters = async (count: number, options: Partial<RedisBudgetOptions> = {}) => {
      const name = randomUUID();
      const address = { urls: place.servers.map(({ url }) => url), cluster: place.servers.length > 1 };
      return await Promise.all(Array.from({ length: count }, () => openRedisStore(address, { name, ...options })));
    };
    const close = (routers: readonly RedisBudgetStore[]) => Promise.all(routers.map((router) => router.close()));
    const spentToday = async (router: RedisBudgetStore | undefined) => {
      const status = await router?.status("stack", {}, Date.now());
      return status && { spent: status.day.spent, reserved: status.day.reserved };
    };

    test("admits exactly as many as it is for", async () => {
      const routers = await openRouters(2);
      const now = Date.now();
      const answers = await Promise.all(
        Array.from({ length: 500 }, (_, index) => {
          return routers[index % 2]?.reserve(orderOf(`r${index}`, 20, { now, limits }));
        }),
      );
      expect(answers.filter((answer) => answer?.ok)).toHaveLength(50);
      expect(await spentToday(routers[0])).toEqual({ spent: 0, reserved: 1_000 });
      await close(routers);
    });

    const attempt = fc.record({
      router: fc.nat(3),
      reserved: fc.integer({ min: 1, max: 60 }),
      usedShare: fc.double({ min: 0, max: 1, noNaN: true }),
      afterMs: fc.nat(8),
      lastsMs: fc.nat(8),
      /** It settles twice, as after a lost answer. */
      twice: fc.boolean(),
      dies: fc.boolean(),
    });

    test("holds, counts each attempt once and gives nothing back, in every order, also when routers die", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(attempt, { minLength: 20, maxLength: 120 }), async (attempts) => {
          const routers = await openRouters(4);
          const now = Date.now();
          let held = 0;
          let expected = 0;
          const dead: string[] = [];
          await Promise.all(
            attempts.map(async ({ router, reserved, usedShare, afterMs, lastsMs, twice, dies }, index) => {
              const store = routers[router];
              const id = `r${index}`;
              await sleep(afterMs);
              if (!(await store?.reserve(orderOf(id, reserved, { now, limits })))?.ok) return;
              held += reserved;
              expect(held).toBeLessThanOrEqual(limit);
              if (dies) {
                dead.push(id);
                expected += reserved;
                return;
              }
              await sleep(lastsMs);
              const used = Math.floor(reserved * usedShare);
              held += used - reserved;
              expected += used;
              await Promise.all(Array.from({ length: twice ? 2 : 1 }, () => store?.settle(id, used, false, now)));
            }),
          );
          const later = now + 2 * 3_600_000;
          const swept = await Promise.all(routers.map((router) => router.sweep(later)));
          for (const expired of swept.slice(0, 1))
            expect(expired.map(({ id }) => id).toSorted()).toEqual(dead.toSorted());
          expect(await spentToday(routers[0])).toEqual({ spent: expected, reserved: 0 });
          expect(expected).toBeLessThanOrEqual(limit);
          await close(routers);
        }),
        { numRuns: runs, endOnFailure: true },
      );
    });

    test("holds and counts each attempt once although its counters are deleted in the midst", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(attempt, { minLength: 40, maxLength: 100 }),
          fc.uniqueArray(fc.nat(15), { minLength: 1, maxLength: 3 }),
          async (attempts, wipesAt) => {
            const ledger = new Map<string, number>();
            const rebuild = async (): Promise<Rebuilt> => {
              const sum = { spent: [...ledger.values()].reduce((total, used) => total + used, 0), estimated: 0 };
              const spends = [{ scope: "stack" as const, periods: { day: sum, week: sum, month: sum } }];
              return { spends, open: [], recent: [...ledger.keys()] };
            };
            const routers = await openRouters(4, { rebuild, rebuildGraceMs: 500 });
            const now = Date.now();
            const wipes = wipesAt.map(async (ms) => {
              await sleep(20 * ms);
              await Promise.all(place.servers.map((server) => server.command("FLUSHALL")));
              // Each hears of it in time, however busy this machine is.
              await Promise.all(routers.map((router) => router.trouble()));
            });
            await Promise.all(
              attempts.map(async ({ router, reserved, usedShare, afterMs, lastsMs }, index) => {
                const store = routers[router];
                const id = `r${index}`;
                await sleep(40 * afterMs);
                if (!(await store?.reserve(orderOf(id, reserved, { now, limits })))?.ok) return;
                await sleep(60 * lastsMs);
                const used = Math.ceil(reserved * (1 - usedShare / 10));
                ledger.set(id, used);
                await store?.settle(id, used, false, now);
              }),
            );
            await Promise.all(wipes);
            await Promise.all(routers.map((router) => router.trouble()));
            const expected = [...ledger.values()].reduce((total, used) => total + used, 0);
            expect(expected).toBeLessThanOrEqual(limit);
            expect(await spentToday(routers[0])).toEqual({ spent: expected, reserved: 0 });
            await close(routers);
          },
        ),
        { numRuns: Math.ceil(runs / 4), endOnFailure: true },
      );
    });
  });
});
