import { randomUUID } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import {
  Calendar,
  type Rebuilt,
  type RedisBudgetOptions,
  type RedisBudgetStore,
  type Reserved,
} from "../../../runtime/router/money/index.ts";
import { nothingSpent, openRedisStore } from "../../support/budget-redis.ts";
import { noLimits, orderOf } from "../../support/budget-suite.ts";
import { describeWithRedis, RedisServer } from "../../support/redis.ts";
import { eventually } from "../../support/wait.ts";

const limits = { ...noLimits, stack: { day: 100 } };
const lost = { ok: false, reason: "store_lost" };

describeWithRedis("a budget whose Redis fails", () => {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  const startServer = async (options?: Parameters<typeof RedisServer.start>[0]) => {
    const server = await RedisServer.start(options);
    ends.push(() => server.stop());
    return server;
  };
  const openRouter = async (server: RedisServer, options: Partial<RedisBudgetOptions>) => {
    const store = await openRedisStore({ urls: [server.url], cluster: false }, options);
    ends.push(() => store.close());
    return store;
  };
  /** A ledger that knows what was settled; the tests write into it. */
  const newLedger = () => {
    const rows = new Map<string, number>();
    const calls = { count: 0 };
    const rebuild = async (): Promise<Rebuilt> => {
      calls.count++;
      const spent = { spent: [...rows.values()].reduce((sum, amount) => sum + amount, 0), estimated: 0 };
      const spends = [{ scope: "stack" as const, periods: { day: spent, week: spent, month: spent } }];
      return { spends, open: [], recent: [...rows.keys()] };
    };
    return { rows, calls, rebuild };
  };
  const reserve = (store: RedisBudgetStore, id: string, amount: number): Promise<Reserved> =>
    Promise.resolve(store.reserve(orderOf(id, amount, { now: Date.now(), limits })));
  const settle = (store: RedisBudgetStore, id: string, amount: number) =>
    Promise.resolve(store.settle(id, amount, false, Date.now()));
  const today = async (store: RedisBudgetStore) => {
    const status = await store.status("stack", {}, Date.now());
    return status && { spent: status.day.spent, reserved: status.day.reserved };
  };

  test("refuses paid attempts while it is gone, lets free ones go on, and goes on from the ledger when it is back", async () => {
    const server = await startServer();
    const ledger = newLedger();
    const store = await openRouter(server, { rebuild: ledger.rebuild });
    await reserve(store, "a", 60);
    await settle(store, "a", 60);
    ledger.rows.set("a", 60);
    await reserve(store, "b", 30);
    await server.kill();

    await eventually("a refusal", async () => {
      const answer = await reserve(store, "x", 1);
      return !answer.ok && answer.reason === "store_lost" && answer.why === "Redis can't be reached";
    });
    expect(store.reserve(orderOf("free", 0, { limits }))).toEqual({ ok: true });
    expect(await store.status("stack", {}, Date.now())).toBeUndefined();
    expect(await settle(store, "b", 25)).toEqual({ state: "queued" });

    await startServer({ port: server.port });
    await eventually("the settlement's arrival", async () => (await today(store))?.spent === 85);
    expect(await today(store)).toEqual({ spent: 85, reserved: 0 });
    expect(await reserve(store, "c", 16)).toMatchObject({ ok: false, reason: "over_budget", spent: 85 });
    expect(await reserve(store, "c", 15)).toEqual({ ok: true });
  });

  test("keeps what routers have open when Redis was restarted empty", async () => {
    const server = await startServer();
    const name = randomUUID();
    const ledger = newLedger();
    const [one, two] = [
      await openRouter(server, { name, rebuild: ledger.rebuild, rebuildGraceMs: 1_000 }),
      await openRouter(server, { name, rebuild: ledger.rebuild, rebuildGraceMs: 1_000 }),
    ];
    await reserve(one, "a", 40);
    await reserve(two, "b", 40);
    await server.kill();
    await startServer({ port: server.port });

    await eventually("both routers' report", async () => {
      await Promise.all([one.trouble(), two.trouble()]);
      return (await today(one))?.reserved === 80;
    });
    expect(await reserve(one, "c", 21)).toMatchObject({ reason: "over_budget", reserved: 80 });
    await settle(one, "a", 10);
    await settle(two, "b", 10);
    expect(await today(two)).toEqual({ spent: 20, reserved: 0 });
    expect(ledger.calls.count).toBe(2);
  });

  test("notices that the counters were deleted under a living connection", async () => {
    const server = await startServer();
    const ledger = newLedger();
    const store = await openRouter(server, { rebuild: ledger.rebuild });
    await reserve(store, "a", 60);
    await settle(store, "a", 60);
    ledger.rows.set("a", 60);
    await server.command("FLUSHALL");
    expect(await reserve(store, "b", 50)).toMatchObject({ reason: "over_budget", spent: 60 });
    await server.command("SCRIPT", "FLUSH");
    expect(await reserve(store, "b", 40)).toEqual({ ok: true });
    expect(ledger.calls.count).toBe(2);
  });

  test("tells new counters what was settled of late: the ledger may not have had it yet", async () => {
    const server = await startServer();
    const store = await openRouter(server, { rebuild: nothingSpent });
    await reserve(store, "a", 60);
    await settle(store, "a", 50);
    await server.command("FLUSHALL");
    expect(await reserve(store, "b", 51)).toMatchObject({ reason: "over_budget", spent: 50, reserved: 0 });
  });

  test("hears of new counters in time, also from a router that asks for nothing", async () => {
    const server = await startServer();
    const name = randomUUID();
    const [idle, busy] = [await openRouter(server, { name }), await openRouter(server, { name })];
    await reserve(idle, "a", 60);
    await server.command("FLUSHALL");
    await eventually("its report", async () => (await today(busy))?.reserved === 60);
  });

  test("does not trust a replica that became the primary: it may have missed the last writes", async () => {
    const primary = await startServer();
    const replica = await startServer({ settings: ["--replicaof", `127.0.0.1 ${primary.port}`] });
    await eventually("a replica in step", async () =>
      String(await replica.command("INFO", "replication")).includes("master_link_status:up"),
    );
    const name = randomUUID();
    const ledger = newLedger();
    const before = await openRouter(primary, { name, rebuild: ledger.rebuild });
    await reserve(before, "a", 30);
    await settle(before, "a", 30);
    ledger.rows.set("a", 30);
    await reserve(before, "b", 20);
    await eventually("a replica in step", async () => Number(await replica.command("HLEN", `{${name}}:open`)) === 1);
    // What the replica does not get.
    await replica.command("REPLICAOF", "NO", "ONE");
    await reserve(before, "c", 10);
    await settle(before, "c", 10);
    ledger.rows.set("c", 10);
    await primary.kill();

    const after = await openRouter(replica, { name, rebuild: ledger.rebuild });
    expect(await reserve(after, "d", 41)).toMatchObject({ reason: "over_budget", spent: 40, reserved: 20 });
    expect(await reserve(after, "d", 40)).toEqual({ ok: true });
    expect(ledger.calls.count).toBe(2);
  });

  test("goes on with the new primary at the same address, and tells it what it has open", async () => {
    const primary = await startServer();
    const replica = await startServer({ settings: ["--replicaof", `127.0.0.1 ${primary.port}`] });
    await eventually("a replica in step", async () =>
      String(await replica.command("INFO", "replication")).includes("master_link_status:up"),
    );
    const ledger = newLedger();
    const store = await openRouter(primary, { rebuild: ledger.rebuild });
    await reserve(store, "a", 70);
    // The roles change, and a proxy's address with them: the client is at a replica now, which is read-only.
    await replica.command("REPLICAOF", "NO", "ONE");
    await primary.command("REPLICAOF", "127.0.0.1", String(replica.port));
    await eventually("a refusal", async () => (await reserve(store, "x", 1)).ok === false);
    await primary.command("REPLICAOF", "NO", "ONE");
    await eventually("an answer", async () => {
      const answer = await reserve(store, "b", 31);
      return !answer.ok && answer.reason === "over_budget" && answer.reserved === 70;
    });
    // It is the process that it was, and still not the primary that it was.
    expect(ledger.calls.count).toBe(2);
  });

  test("does not trust a Redis that may evict the counters", async () => {
    const settings = ["--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru"];
    const store = await openRouter(await startServer({ settings }), {});
    expect(await reserve(store, "a", 1)).toMatchObject({ ...lost, why: expect.stringContaining("allkeys-lru") });
  });

  test("lets one router rebuild and the others wait for it", async () => {
    const server = await startServer();
    const name = randomUUID();
    let calls = 0;
    const slow = async () => {
      calls++;
      await new Promise((resume) => setTimeout(resume, 300));
      return nothingSpent(new Calendar("UTC").at(0), AbortSignal.abort());
    };
    const routers = await Promise.all([1, 2, 3, 4].map(() => openRouter(server, { name, rebuild: slow })));
    const answers = await Promise.all(routers.map((router, index) => reserve(router, `r${index}`, 30)));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(3);
    expect(calls).toBe(1);
  });

  test("refuses with the reason while nothing can be rebuilt, and tries again", async () => {
    const server = await startServer();
    let works = false;
    const rebuild: typeof nothingSpent = (periods, signal) =>
      works ? nothingSpent(periods, signal) : Promise.reject(new Error("the ledger is gone"));
    const store = await openRouter(server, { rebuild, rebuildTimeoutMs: 500 });
    expect(await reserve(store, "a", 1)).toMatchObject({
      ...lost,
      why: "the counters could not be rebuilt from the ledger",
    });
    works = true;
    await eventually("a rebuild", async () => (await reserve(store, "b", 1)).ok);
  });

  test("does not wait for a rebuild that never ends", async () => {
    const server = await startServer();
    const store = await openRouter(server, {
      rebuild: () => new Promise(() => {}),
      rebuildTimeoutMs: 60_000,
      commandTimeoutMs: 200,
    });
    expect(await reserve(store, "a", 1)).toMatchObject({ ...lost, why: "the counters are being rebuilt" });
  });

  test("counts what was allowed without it, where the configuration allows that", async () => {
    const server = await startServer();
    const store = await openRouter(server, { onStoreLost: "allow" });
    await reserve(store, "a", 1);
    await server.kill();
    await eventually("a lost connection", async () => (await store.trouble()) !== undefined);
    expect(await reserve(store, "b", 90)).toEqual({ ok: true });
    expect(await reserve(store, "c", 90)).toEqual({ ok: true });
    await settle(store, "b", 80);
    await startServer({ port: server.port });
    await eventually("the settlement's arrival", async () => (await today(store))?.spent === 80);
    await settle(store, "c", 70);
    expect(await today(store)).toMatchObject({ spent: 150 });
  });

  test("gives back what it reserved when it never heard of it", async () => {
    const server = await startServer();
    const store = await openRouter(server, { commandTimeoutMs: 300 });
    await reserve(store, "a", 10);
    await server.standstill(async () => {
      expect(await reserve(store, "b", 20)).toMatchObject({ ...lost, why: "Redis did not answer" });
    });
    await eventually("its release", async () => (await today(store))?.reserved === 10);
    expect(await today(store)).toEqual({ spent: 0, reserved: 10 });
  });
});
