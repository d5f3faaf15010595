import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { RouterConfigInput } from "../../../runtime/config/index.ts";
import { describeWithRedis, RedisServer, startRedisCluster } from "../../support/redis.ts";
import { eventually } from "../../support/wait.ts";
import { counting, routerProcess } from "../spending/processes.ts";
import { bearer, chatPath, errorOf, jsonType, pair, says } from "./support.ts";

const messages = [{ role: "user", content: "hello" }];
const exact = { model: "openai", messages, temperature: 0 };
const once = { "idempotency-key": "order 17" };

const post = (url: string, body: object = exact, headers: Record<string, string> = {}) =>
  fetch(url + chatPath, {
    method: "POST",
    headers: { ...bearer, ...jsonType, ...headers },
    body: JSON.stringify(body),
  });
const cacheOf = ({ headers }: Response): string | null => headers.get("x-router-cache");

async function twoRouters(redis: string, script: Parameters<typeof counting>[0], more: RouterConfigInput = {}) {
  const provider = await counting(script);
  const config: RouterConfigInput = {
    failoverChain: ["openai"],
    backends: { openai: { baseUrl: provider.url, rehearsal: true, defaultModel: "big" } },
    predictive: { enabled: false },
    cache: { enabled: true, waitMs: 60_000 },
    ...more,
  };
  const environment = { REDIS_URL: redis };
  const routers = await Promise.all([routerProcess(config, environment), routerProcess(config, environment)]);
  const shared = async () => {
    const [first, second] = [await post(routers[0].url, probe()), await post(routers[1].url, lastProbe)];
    return (await first.text()) !== "" && (await second.text()) !== "" && cacheOf(second) === "hit";
  };
  let count = 0;
  let lastProbe: object = exact;
  const probe = () => {
    lastProbe = { ...exact, messages: [{ role: "user", content: `probe ${count++}` }] };
    return lastProbe;
  };
  // Their connections are there in a moment.
  await eventually("a shared cache", shared);
  const before = provider.every.length;
  return { routers, asked: () => provider.every.length - before };
}

describeWithRedis("two routers with one Redis", () => {
  let redis: RedisServer;
  beforeEach(async () => {
    redis = await RedisServer.start();
  });
  afterEach(() => redis.stop());

  test("give each other's answers again, also streams, and ask once for what comes at once", async () => {
    const { routers, asked } = await twoRouters(redis.url, says("rehearsal one two", { gapMs: 20 }));
    const [one, other] = routers;
    for (const stream of [false, true]) {
      const first = await (await post(one.url, { ...exact, stream })).text();
      const again = await post(other.url, { ...exact, stream });
      expect(cacheOf(again)).toBe("hit");
      const text = await again.text();
      expect(text.replace(/^: router .*$/m, "")).toBe(first.replace(/^: router .*$/m, ""));
    }
    const burst = { ...exact, messages: [{ role: "user", content: "a burst" }] };
    const seen = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const response = await post(index % 2 ? one.url : other.url, burst);
        await response.text();
        return cacheOf(response);
      }),
    );
    expect(seen.filter((each) => each === "miss")).toHaveLength(1);
    expect(asked()).toBe(3);
  });

  test("answer an idempotency key once between them", async () => {
    const { routers, asked } = await twoRouters(redis.url, says("rehearsal", { firstTokenMs: 300 }));
    const [one, other] = routers;
    const loose = { model: "openai", messages };
    const first = post(one.url, loose, once);
    await eventually("the provider's first request", () => asked() === 1);
    expect((await post(other.url, loose, once)).status).toBe(409);
    const text = await (await first).text();
    const again = await post(other.url, loose, once);
    expect([again.headers.get("x-router-replayed"), await again.text()]).toEqual(["true", text]);
    expect((await post(other.url, { ...loose, max_tokens: 5 }, once)).status).toBe(400);
    expect(asked()).toBe(1);
  });

  test("take over what a killed one had claimed", async () => {
    const { routers, asked } = await twoRouters(redis.url, says("rehearsal", { firstTokenMs: 2_000 }));
    const [killed, other] = routers;
    const lost = post(killed.url, exact, once).catch(() => undefined);
    await eventually("the provider's first request", () => asked() === 1);
    await killed.kill();
    expect(await lost).toBeUndefined();
    expect((await post(other.url, exact, once)).status).toBe(409);
    // Without the key it waits for the cache's claim, and then asks itself.
    const waited = await post(other.url, exact);
    expect([waited.status, cacheOf(waited)]).toEqual([200, "miss"]);
    await waited.text();
    await eventually("an end of the claim", async () => (await post(other.url, exact, once)).status === 200);
    expect((await post(other.url, exact, once)).headers.get("x-router-replayed")).toBe("true");
    expect(asked()).toBe(2);
  });
});

describeWithRedis("routers with a Redis Cluster", () => {
  test("give each other's answers again", async () => {
    const cluster = await startRedisCluster();
    onTestFinished(() => cluster.stop());
    const urls = cluster.servers.map(({ url }) => url).join(",");
    const { routers, asked } = await twoRouters(urls, says("rehearsal"));
    const [one, other] = routers;
    await (await post(one.url, exact, once)).text();
    expect(cacheOf(await post(other.url, exact))).toBe("hit");
    expect((await post(other.url, exact, once)).headers.get("x-router-replayed")).toBe("true");
    expect(asked()).toBe(1);
  });
});

describeWithRedis("while Redis is away", () => {
  describe.each(["refuse", "allow"] as const)("(idempotency.onStoreLost: %s)", (onStoreLost) => {
    test("the cache has nothing, an idempotency key is not answered blindly, and both come back", async () => {
      const redis = await RedisServer.start();
      const config: RouterConfigInput = {
        cache: { enabled: true },
        idempotency: { onStoreLost },
        budgets: { commandTimeoutMs: 300 },
      };
      const { router, openai } = await pair(says("rehearsal"), {}, { config, environment: { REDIS_URL: redis.url } });
      const ask = async (headers = {}) => {
        const response = await router.post(chatPath, exact, headers);
        return { response, cache: cacheOf(response), status: response.status };
      };
      await eventually("a hit", async () => (await ask()).cache === "hit");
      const asked = openai.requests.length;
      const whileAway = async () => {
        for (let i = 0; i < 3; i++) expect(await ask()).toMatchObject({ status: 200, cache: "miss" });
        expect(openai.requests).toHaveLength(asked + 3);
        const { response } = await ask(once);
        expect(response.status).toBe(onStoreLost === "allow" ? 200 : 503);
        if (onStoreLost === "refuse") {
          expect(response.headers.get("retry-after")).toBe("1");
          expect(await errorOf(response)).toMatchObject({ code: "unavailable", param: "idempotency-key" });
        }
      };
      if (onStoreLost === "refuse") await redis.standstill(whileAway);
      else {
        await redis.kill();
        await whileAway();
        await RedisServer.start({ port: redis.port }).then((again) => onTestFinished(() => again.stop()));
      }
      await eventually("a hit", async () => (await ask()).cache === "hit");
      await eventually("an answer", async () => (await ask(once)).status === 200);
      await redis.stop();
    });
  });
});
