import { createHash, randomBytes, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openRedis, type RedisAddress, type RedisClient } from "../../../runtime/router/money/index.ts";
import {
  type AnswerName,
  RedisStore,
  type RedisStoreOptions,
  type StoredAnswer,
  type StoreLimits,
  type Turn,
} from "../../../runtime/router/replay/index.ts";
import { describeWithRedis, RedisServer, startRedisCluster } from "../../support/redis.ts";
import { eventually } from "../../support/wait.ts";

const mebibyte = 1_048_576;
const limits: StoreLimits = { ttlMs: 60_000, maxBytes: mebibyte };
const entry = 2_048;
const answerOf = (body: string | Buffer, kind: StoredAnswer["kind"] = "json"): StoredAnswer => ({
  kind,
  headers: { "x-router-backend": "openai" },
  body: Buffer.from(body as string),
});
const named = (name: string, tenant = "school"): AnswerName => ({
  tenant,
  digest: createHash("sha256").update(name).digest("hex"),
});

async function turn(store: RedisStore, name: AnswerName, fingerprint = "f"): Promise<Turn> {
  const claim = await store.claim(name, fingerprint);
  if (claim.state !== "free") throw new Error(`it is ${claim.state}`);
  return claim.turn;
}

/** Claims nothing. */
async function stateOf(store: RedisStore, name: AnswerName): Promise<string> {
  const claim = await store.claim(name, "f");
  if (claim.state === "free") await claim.turn.release();
  return claim.state;
}

async function eraOf(store: RedisStore, tenant = "school"): Promise<string> {
  const claim = await store.claim(named("of an era", tenant), "f");
  if (!("era" in claim)) throw new Error(`it is ${claim.state}`);
  if (claim.state === "free") await claim.turn.release();
  return claim.era;
}

const clients: RedisClient[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});

async function open(
  address: Pick<RedisAddress, "urls" | "cluster">,
  options: Partial<RedisStoreOptions> = {},
  own: StoreLimits = limits,
): Promise<RedisStore> {
  const client = openRedis({ ...address, timeoutMs: 5_000 }, () => {});
  clients.push(client);
  await eventually("a connection to Redis", () => client.status === "ready");
  return new RedisStore(own, { client, name: `answers-${randomUUID()}`, ...options });
}

/** Two routers. */
const pair = async (address: Parameters<typeof open>[0], options: Partial<RedisStoreOptions> = {}) => {
  const name = `answers-${randomUUID()}`;
  return Promise.all([open(address, { name, ...options }), open(address, { name, ...options })]);
};

function storeTests(address: () => Parameters<typeof open>[0]): void {
  test("a name is one request's at one router until that has ended, then has its answer at both", async () => {
    const [one, other] = await pair(address());
    const mine = await turn(one, named("a"), "f1");
    expect(await other.claim(named("a"), "f2")).toEqual({ state: "running", fingerprint: "f1" });
    await mine.keep(answerOf("one", "stream"));
    const answer = answerOf("one", "stream");
    for (const each of [one, other]) {
      expect(await each.claim(named("a"), "f2")).toMatchObject({ state: "answered", fingerprint: "f1", answer });
    }
  });

  test("of many claims at the same time one is free", async () => {
    const routers = await pair(address());
    const claims = await Promise.all(
      Array.from({ length: 40 }, (_, index) => (routers[index % 2] as RedisStore).claim(named("a"), "f")),
    );
    expect(claims.filter(({ state }) => state === "free")).toHaveLength(1);
    expect(claims.filter(({ state }) => state === "running")).toHaveLength(39);
  });

  test("a released name is free again, and a turn that is over frees no other", async () => {
    const [one, other] = await pair(address());
    const first = await turn(one, named("a"));
    await first.release();
    await turn(other, named("a"));
    await first.release();
    await first.keep(answerOf("late"));
    expect(await stateOf(one, named("a"))).toBe("running");
  });

  test("every byte comes back as it was", async () => {
    const [one, other] = await pair(address());
    for (const body of [Buffer.alloc(0), Buffer.from([0, 255, 10, 13, 0xed, 0xa0, 0x80]), randomBytes(100_000)]) {
      const name = named(body.toString("hex"));
      await (await turn(one, name)).keep(answerOf(body));
      const claim = await other.claim(name, "f");
      if (claim.state !== "answered") throw new Error(claim.state);
      expect(claim.answer.body.equals(body)).toBe(true);
    }
  });

  test("an answer is no older than it may be", async () => {
    const store = await open(address(), {}, { ttlMs: 300, maxBytes: mebibyte });
    await (await turn(store, named("a"))).keep(answerOf("one"));
    expect(await stateOf(store, named("a"))).toBe("answered");
    await eventually("an end of the answer", async () => (await stateOf(store, named("a"))) === "free");
  });

  test("a claim outlives its lease for as long as its router lives", async () => {
    const [one, other] = await pair(address(), { leaseMs: 400 });
    const mine = await turn(one, named("a"));
    await sleep(1_200);
    expect(await stateOf(other, named("a"))).toBe("running");
    await mine.keep(answerOf("one"));
    expect(await stateOf(other, named("a"))).toBe("answered");
  });

  test("an answer takes the place of another where it is asked for anew", async () => {
    const store = await open(address());
    await (await turn(store, named("a"))).keep(answerOf("old"));
    await (await store.replace(named("a"), "f"))?.keep(answerOf("new"));
    expect(await store.claim(named("a"), "f")).toMatchObject({ state: "answered", answer: answerOf("new") });
  });

  test("what is forgotten of a tenant is all of its, also what is under way, and nothing of others", async () => {
    const [one, other] = await pair(address());
    for (let index = 0; index < 450; index++) await (await turn(one, named(`${index}`))).keep(answerOf("x"));
    await (await turn(one, named("0", "bank"))).keep(answerOf("x"));
    const running = await turn(other, named("running"));
    const replacing = await other.replace(named("replaced"), "f");
    await one.forget("school");
    await running.keep(answerOf("late"));
    await replacing?.keep(answerOf("late"));
    for (const name of ["0", "449", "running", "replaced"]) expect(await stateOf(other, named(name))).toBe("free");
    expect(await stateOf(other, named("0", "bank"))).toBe("answered");
    await (await turn(one, named("0"))).keep(answerOf("new"));
    expect(await stateOf(other, named("0"))).toBe("answered");
  });

  test("to forget ends the tenant's era at all routers, and no other's", async () => {
    const [one, other] = await pair(address());
    const [before, bank] = [await eraOf(one), await eraOf(one, "bank")];
    expect([await eraOf(other), await eraOf(one)]).toEqual([before, before]);
    await one.forget("school");
    const after = await eraOf(other);
    expect([after === before, await eraOf(one), await eraOf(other, "bank")]).toEqual([false, after, bank]);
  });

  test("one tenant's answers are bounded: the oldest go first, and no other tenant's", async () => {
    const store = await open(address());
    await (await turn(store, named("0", "bank"))).keep(answerOf("x"));
    const body = "x".repeat(100_000);
    for (let index = 0; index < 14; index++) {
      await (await turn(store, named(`${index}`))).keep(answerOf(body));
      // Being asked for makes it no younger.
      await stateOf(store, named("0"));
    }
    const fit = Math.floor(mebibyte / (body.length + entry));
    const states = await Promise.all(Array.from({ length: 14 }, (_, index) => stateOf(store, named(`${index}`))));
    expect(states).toEqual([...Array(14 - fit).fill("free"), ...Array(fit).fill("answered")]);
    expect(await stateOf(store, named("0", "bank"))).toBe("answered");
  });

  test("one that is larger than its share is left out", async () => {
    const store = await open(address());
    await (await turn(store, named("fits"))).keep(answerOf("x".repeat(store.maxBodyBytes)));
    await (await turn(store, named("not"))).keep(answerOf("x".repeat(store.maxBodyBytes + 1)));
    expect([await stateOf(store, named("fits")), await stateOf(store, named("not"))]).toEqual(["answered", "free"]);
  });

  test("whatever comes, no more is held than may be", async () => {
    const step = fc.record({
      name: fc.nat(6),
      size: fc.nat(120_000),
      how: fc.constantFrom("keep", "replace", "forget", "release"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const store = await open(address());
        for (const { name, size, how } of steps) {
          const to = named(String(name));
          if (how === "forget") await store.forget("school");
          else if (how === "replace") await (await store.replace(to, "f"))?.keep(answerOf("x".repeat(size)));
          else {
            const claim = await store.claim(to, "f");
            if (claim.state === "free" && how === "keep") await claim.turn.keep(answerOf("x".repeat(size)));
            else if (claim.state === "free") await claim.turn.release();
          }
        }
        let held = 0;
        for (let name = 0; name <= 6; name++) {
          const claim = await store.claim(named(String(name)), "f");
          if (claim.state === "answered") held += claim.answer.body.length + entry;
          else if (claim.state === "free") await claim.turn.release();
        }
        expect(held).toBeLessThanOrEqual(mebibyte);
      }),
      { numRuns: 10 },
    );
  });
}

describeWithRedis("answers of several routers", () => {
  describe("in one Redis", () => {
    let server: RedisServer;
    beforeAll(async () => {
      server = await RedisServer.start();
    });
    afterAll(() => server?.stop());
    storeTests(() => ({ urls: [server.url], cluster: false }));

    test("what it counts is what it holds, and nothing of it is left after its time", async () => {
      const store = await open(
        { urls: [server.url], cluster: false },
        { name: "counted" },
        { ...limits, ttlMs: 1_500 },
      );
      const redis = new Redis(server.url);
      const keys = async (what: string) => (await redis.keys(`{counted:*}:${what}`)).length;
      for (let round = 0; round < 3; round++) {
        for (let index = 0; index < 5; index++) {
          await (await store.replace(named(`${index}`), "f"))?.keep(answerOf("x".repeat(1_000 * (index + round))));
        }
      }
      const books = (await redis.keys("{counted:*}:books"))[0] ?? "";
      const bodies = [2, 3, 4, 5, 6].reduce((sum, thousands) => sum + thousands * 1_000 + entry, 0);
      expect(Number(await redis.hget(books, "bytes"))).toBe(bodies);
      await store.forget("school");
      expect(await keys("index")).toBe(0);
      expect(Number(await redis.hget(books, "bytes"))).toBe(0);
      await (await turn(store, named("a"))).keep(answerOf("x"));
      await eventually("an end of the answers", async () => (await keys("index")) === 0 && (await keys("?*")) <= 1);
      redis.disconnect();
    });
  });

  describe("in a Redis Cluster of three nodes", () => {
    let cluster: Awaited<ReturnType<typeof startRedisCluster>>;
    beforeAll(async () => {
      cluster = await startRedisCluster();
    });
    afterAll(() => cluster?.stop());
    storeTests(() => ({ urls: cluster.servers.map(({ url }) => url), cluster: true }));
  });

  describe("when Redis goes away", () => {
    test("nothing is known, at once, and what it takes again is kept: here a claim that it lost", async () => {
      const server = await RedisServer.start();
      const store = await open({ urls: [server.url], cluster: false }, { name: "lost", leaseMs: 600, insists: true });
      const [answered, running] = [await turn(store, named("a")), await turn(store, named("b"))];
      const era = await eraOf(store);
      await server.kill();
      expect(await store.claim(named("c"), "f")).toEqual({ state: "unknown" });
      expect(await store.replace(named("c"), "f")).toBeUndefined();
      await expect(store.forget("school")).rejects.toThrow();
      await answered.keep(answerOf("one"));
      const again = await RedisServer.start({ port: server.port });
      const redis = new Redis(server.url);
      const kept = async (field: string, name: string) => {
        const [key = ""] = await redis.keys(`*:${named(name).digest}`);
        return (await redis.hexists(key, field)) === 1;
      };
      await eventually("the answer", () => kept("body", "a"));
      await eventually("the claim", () => kept("turn", "b"));
      redis.disconnect();
      const other = await open({ urls: [server.url], cluster: false }, { name: "lost" });
      expect([await stateOf(other, named("a")), await stateOf(other, named("b"))]).toEqual(["answered", "running"]);
      // What lay elsewhere by the books that were lost is not good any more.
      expect(await eraOf(other)).not.toBe(era);
      await running.keep(answerOf("two"));
      expect(await stateOf(other, named("b"))).toBe("answered");
      await again.stop();
      await server.stop();
    });

    test("an answer that nobody insists on is left out", async () => {
      const server = await RedisServer.start();
      const store = await open({ urls: [server.url], cluster: false });
      const mine = await turn(store, named("a"));
      await server.kill();
      await mine.keep(answerOf("one"));
      await mine.release();
      await server.stop();
    });
  });
});
