import { afterEach, beforeEach, expect, test } from "vitest";
import type { RouterConfigInput } from "../../../runtime/config/index.ts";
import type { RehearsalScriptInput } from "../../../runtime/rehearsal/index.ts";
import type { RedisBudgetStore } from "../../../runtime/router/money/index.ts";
import { openRedisStore } from "../../support/budget-redis.ts";
import { describeWithRedis, RedisServer } from "../../support/redis.ts";
import { until } from "../../support/wait.ts";
import { says } from "../router/support.ts";
import { ask, counting, routerProcess } from "./processes.ts";

const dollar = 1_000_000_000;
const each = { perRequest: 1 };
type Provider = Awaited<ReturnType<typeof counting>>;

describeWithRedis("a budget for exactly 50 requests, 500 at once at two routers", () => {
  let redis: RedisServer;
  let store: RedisBudgetStore;
  beforeEach(async () => {
    redis = await RedisServer.start();
    store = await openRedisStore({ urls: [redis.url], cluster: false }, { name: "daily_spend" });
  });
  afterEach(async () => {
    await store.close();
    await redis.stop();
  });

  const configOf = (openai: Provider, claude: Provider): RouterConfigInput => ({
    failoverChain: ["openai", "claude"],
    arbitrage: { strategy: "chain" },
    prices: { "openai/big": each, "claude/wise": each },
    budgets: { stack: { day: 50 }, rebuildGraceMs: 100, commandTimeoutMs: 20_000 },
    backends: {
      openai: { baseUrl: openai.url, rehearsal: true, defaultModel: "big" },
      claude: { baseUrl: claude.url, rehearsal: true, defaultModel: "wise" },
    },
    // A provider that fails or is slow on purpose stays where it is: a faster model has no price, and is free here.
    breaker: { failureThreshold: 1_000 },
    predictive: { enabled: false },
  });
  const twoRouters = async (scripts: { openai: RehearsalScriptInput; claude: RehearsalScriptInput }) => {
    const [openai, claude] = await Promise.all([counting(scripts.openai), counting(scripts.claude)]);
    const config = configOf(openai, claude);
    const environment = { REDIS_URL: redis.url };
    const routers = await Promise.all([routerProcess(config, environment), routerProcess(config, environment)]);
    await until(async () => (await store.trouble()) === undefined);
    /** What a provider bills: all that it did not answer with an error. */
    const billed = () => [...openai.every, ...claude.every].filter(({ outcome }) => !/^\d+$/.test(outcome)).length;
    return { routers, openai, claude, billed };
  };
  const askAll = (urls: readonly string[], count: number, body: object) =>
    Promise.all(Array.from({ length: count }, (_, index) => ask(urls[index % urls.length] ?? "", { body })));
  const today = async () => {
    const day = (await store.status("stack", {}, Date.now()))?.day;
    return { spent: day?.spent, reserved: day?.reserved };
  };

  test("lets 50 reach the provider, and spends it to the last", async () => {
    const { routers, openai, billed } = await twoRouters({ openai: says("rehearsal"), claude: {} });
    const urls = routers.map(({ url }) => url);
    const statuses = await askAll(urls, 500, { model: "openai" });
    expect(statuses.filter((status) => status === 200)).toHaveLength(50);
    expect(statuses.filter((status) => status === 402)).toHaveLength(450);
    expect(openai.every).toHaveLength(50);
    expect(billed()).toBe(50);
    await until(async () => (await today()).reserved === 0);
    expect(await today()).toEqual({ spent: 50 * dollar, reserved: 0 });
  });

  test("and no more while the first provider fails and another takes its place", async () => {
    const openai: RehearsalScriptInput = {
      rules: [
        { times: 40, behaviour: { fault: { type: "status", status: 503 } } },
        { times: 10, behaviour: { fault: { type: "reset" } } },
        { behaviour: { text: "rehearsal of many words to be cut", fault: { type: "cut", afterEvents: 3 } } },
      ],
    };
    const { routers, billed } = await twoRouters({ openai, claude: says("rehearsal", { prefill: "continue" }) });
    const urls = routers.map(({ url }) => url);
    await askAll(urls, 500, { model: "auto", stream: true });
    expect(billed()).toBeLessThanOrEqual(50);
    // What was given back can be spent again, and nothing beyond it.
    for (let count = 0; count < 60; count++) await ask(urls[count % 2] ?? "", { body: { model: "auto" } });
    await until(async () => (await today()).reserved === 0);
    expect(billed()).toBe(50);
    expect(await today()).toEqual({ spent: 50 * dollar, reserved: 0 });
  });

  test("and what a killed router had reserved is never released", async () => {
    const slow = says("rehearsal", { firstTokenMs: 3_000 });
    const { routers, openai, billed } = await twoRouters({ openai: slow, claude: {} });
    const [killed, other] = routers;
    // The one that is killed comes first: else the other may have all of the budget before anything is open here.
    const half = askAll([killed.url], 250, { model: "openai" });
    await until(() => openai.every.length >= 20);
    const rest = askAll([other.url], 250, { model: "openai" });
    await killed.kill();
    const statuses = [...(await half), ...(await rest)];
    expect(statuses.filter((status) => status === 0).length).toBeGreaterThan(0);
    expect(billed()).toBeLessThanOrEqual(50);
    await until(async () => ((await today()).reserved ?? 0) % dollar === 0);
    const { spent = 0, reserved = 0 } = await today();
    expect(spent + reserved).toBe(50 * dollar);
    const answered = statuses.filter((status) => status === 200).length;
    expect(spent).toBe(answered * dollar);
    expect(await ask(other.url, { body: { model: "openai" } })).toBe(402);
    // When they have expired the other router's sweep spends them.
    const swept = await store.sweep(Date.now() + 900_000);
    expect(swept.reduce((sum, { amount }) => sum + amount, 0)).toBe(reserved);
    expect(await today()).toEqual({ spent: 50 * dollar, reserved: 0 });
    expect(await ask(other.url, { body: { model: "openai" } })).toBe(402);
    expect(billed()).toBeLessThanOrEqual(50);
  });
});
