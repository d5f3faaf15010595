import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithRedis, RedisServer } from "../../support/redis.ts";
import { until } from "../../support/wait.ts";
import { adminKey, as, labKey, moneyConfig } from "./money.ts";
import { errorOf, pair, key as schoolKey, type TestRouter } from "./support.ts";

type Amount = { usd: number; exact: string };
type Period = { limit?: Amount; spent: Amount; estimated: Amount; reserved: Amount; resets: string };
type Told = {
  timezone: string;
  request?: Amount;
  budgets: { scope: string; day: Period; week: Period; month: Period }[];
};

const admin = as(adminKey);
const limits = { tenants: { lab: { month: 75 } }, keys: { [schoolKey.id]: { week: 30 } }, timezone: "Europe/Berlin" };

async function budgetsOf(router: TestRouter, headers = {}): Promise<Told> {
  const response = await router.get("/v1/budgets", headers);
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as Told;
}

const scopesOf = ({ budgets }: Told) => budgets.map(({ scope }) => scope);
const dollars = (usd: number) => ({ usd, exact: usd.toFixed(9) });

test("an admin's key sees every budget, a client's those that its requests count in", async () => {
  const { router } = await pair({}, {}, { config: moneyConfig({ budgets: { ...limits, request: 0.5 } }) });
  const all = await budgetsOf(router, admin);
  expect(all).toMatchObject({ timezone: "Europe/Berlin", request: dollars(0.5) });
  expect(scopesOf(all)).toEqual(["stack", "tenant:lab", `key:${schoolKey.id}`]);
  expect(scopesOf(await budgetsOf(router))).toEqual(["stack", "tenant:school", `key:${schoolKey.id}`]);
  expect(scopesOf(await budgetsOf(router, as(labKey)))).toEqual(["stack", "tenant:lab", `key:${labKey.id}`]);
});

test("a budget of 50 dollars a day holds where the configuration says nothing", async () => {
  const { router } = await pair({}, {}, { config: moneyConfig() });
  const [stack] = (await budgetsOf(router)).budgets;
  expect(stack?.day.limit).toEqual(dollars(50));
  expect(stack?.week).not.toHaveProperty("limit");
});

test("what an answer has cost is spent at every level, and what is under way is reserved", async () => {
  const { router, openai } = await pair({}, {}, { config: moneyConfig({ budgets: limits }) });
  const cost = Number((await router.chat({ model: "openai" })).headers.get("x-router-cost-usd"));
  expect(cost).toBeGreaterThan(0);
  const seen = (await budgetsOf(router)).budgets;
  for (const { scope, day, week, month } of seen) {
    for (const { spent, reserved, estimated, resets } of [day, week, month]) {
      expect(spent, scope).toEqual(dollars(cost));
      expect([reserved, estimated]).toEqual([dollars(0), dollars(0)]);
      expect(Date.parse(resets)).toBeGreaterThan(Date.now());
    }
  }
  expect(seen[2]?.week.limit).toEqual(dollars(30));

  openai.setScript({ rules: [{ behaviour: { firstTokenMs: 600_000 } }] });
  const going = new AbortController();
  const asked = fetch(`${router.url}/v1/chat/completions`, {
    method: "POST",
    headers: { ...as(schoolKey), "content-type": "application/json" },
    body: JSON.stringify({ model: "openai", messages: [{ role: "user", content: "hello" }] }),
    signal: going.signal,
  }).catch(() => {});
  await until(async () => ((await budgetsOf(router)).budgets[0]?.day.reserved.usd ?? 0) > 0);
  going.abort();
  await asked;
  await until(async () => (await budgetsOf(router)).budgets[0]?.day.reserved.usd === 0);
});

test("over the budget what was asked for by its name is a 402, and auto is answered for nothing", async () => {
  const { router } = await pair({}, {}, { config: moneyConfig({ budgets: { stack: { day: 1 } } }) });
  const refused = await router.chat({ model: "openai/big" });
  expect(refused.status).toBe(402);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await errorOf(refused)).toMatchObject({ code: "budget_exceeded" });
  expect((await router.chat({ model: "auto" })).headers.get("x-router-backend")).toBe("local");
  expect((await budgetsOf(router)).budgets[0]?.day).toMatchObject({ spent: dollars(0), reserved: dollars(0) });
});

describeWithRedis("budgets in Redis", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server?.stop());

  test("are told as those in memory, and are a 503 that says why once Redis is gone", async () => {
    const config = moneyConfig({ budgets: { ...limits, commandTimeoutMs: 500, rebuildGraceMs: 0 } });
    const { router } = await pair({}, {}, { config, environment: { REDIS_URL: server.url } });
    // Its connection is there in a moment.
    await until(async () => (await router.get("/v1/budgets")).status === 200);
    const answer = await router.chat({ model: "openai/big" });
    expect(answer.status, await answer.text()).toBe(200);
    const spent = dollars(Number(answer.headers.get("x-router-cost-usd")));
    await until(async () => (await budgetsOf(router)).budgets[0]?.day.spent.usd === spent.usd);
    expect((await budgetsOf(router, admin)).budgets[0]?.day).toMatchObject({ spent, limit: dollars(50) });
    await server.stop();
    const refused = await router.get("/v1/budgets");
    expect(refused.status).toBe(503);
    const error = await errorOf(refused);
    expect(error).toMatchObject({ code: "unavailable" });
    expect(error.message).toContain("Redis can't be reached");
    expect(error.message).not.toContain("127.0.0.1");
  });
});
