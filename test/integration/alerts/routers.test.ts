import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { RouterConfigInput } from "../../../runtime/config/index.ts";
import { describeWithRedis, RedisServer } from "../../support/redis.ts";
import { until } from "../../support/wait.ts";
import { adminKey, as, moneyConfig } from "../router/money.ts";
import { pair, type RouterOptions, says, type TestRouter } from "../router/support.ts";
import { type Receiver, receiver, told } from "./receiver.ts";

/** Each answer costs half a dollar. */
const script = says("yes", { usage: { prompt_tokens: 0, completion_tokens: 50 } });
const prices = { "openai/big": { input: 0, output: 10_000 } };
const budgets = { stack: { day: 1_000 }, tenants: { school: { day: 5 } } };
const alerts = { thresholds: [50, 80], forecast: false, webhook: { env: "HOOK" }, baseMs: 1 };

async function routerTelling(to: Receiver, options: RouterOptions & { readonly key?: string } = {}) {
  const { config, environment, key = "daily_spend" } = options;
  const { router } = await pair(script, says("for nothing"), {
    ...options,
    environment: { HOOK: to.url, ...environment },
    config: moneyConfig({
      ...config,
      prices,
      budgets: { ...budgets, alerts, key, rebuildGraceMs: 0, ...config?.budgets },
    } as RouterConfigInput),
  });
  return router;
}

async function ask(router: TestRouter, times: number, model = "openai/big"): Promise<Response[]> {
  const answers: Response[] = [];
  for (let count = 0; count < times; count++) {
    const answer = await router.chat({ model, max_tokens: 50 });
    expect(answer.status, await answer.clone().text()).toBe(200);
    answers.push(answer);
  }
  return answers;
}

type Told = {
  budgets: {
    scope: string;
    throttle: string;
    day: { alerts: { about: unknown; state: string; at: string }[]; forecast?: { usd_per_hour: number } };
  }[];
};
const budgetOf = async (router: TestRouter, scope: string) => {
  const answer = await router.get("/v1/budgets", as(adminKey));
  const all = (await answer.json()) as Told;
  return all.budgets.find((each) => each.scope === scope);
};
const alertLines = ({ log }: TestRouter) => log.filter(({ msg }) => String(msg).startsWith("budget alert"));

describeWithRedis("two routers of one Redis", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server?.stop());
  const shared = (key: string) => ({ key, environment: { REDIS_URL: server.url } });

  test("tell each threshold once together, and all of them know of it; one that comes later tells none again", async () => {
    const to = await receiver();
    const both = await Promise.all([routerTelling(to, shared("twice")), routerTelling(to, shared("twice"))]);
    await until(
      async () =>
        (await both[1].get("/v1/budgets")).status === 200 && (await both[0].get("/v1/budgets")).status === 200,
    );
    await Promise.all(both.map((router) => ask(router, 4)));
    await until(() => to.received.length >= 2);
    const states = async (router: TestRouter) =>
      (await budgetOf(router, "tenant:school"))?.day.alerts.map(({ state }) => state);
    for (const router of both) await until(async () => (await states(router))?.join() === "sent,sent");
    const later = await routerTelling(to, shared("twice"));
    await until(async () => (await later.get("/v1/budgets")).status === 200);
    await until(async () => (await states(later))?.join() === "sent,sent");
    expect(told(to).sort()).toEqual(["tenant:school day 50", "tenant:school day 80"]);
    expect(both.flatMap(alertLines)).toHaveLength(2);
    expect(alertLines(later)).toEqual([]);
    for (const router of both) expect(router.logText()).not.toContain(to.token);
  });
});

describe("a router without Redis", () => {
  test("tells nothing again after a restart where its ledger has a folder", async () => {
    const to = await receiver();
    const folder = mkdtempSync(join(tmpdir(), "hybrid-llm-alerts-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const options = { baseDirectory: folder, config: { ledger: { directory: "ledger" } } };
    const first = await routerTelling(to, options);
    // Until it knows what was spent, models of our own answer.
    await until(() => first.spending.loading === undefined);
    await ask(first, 5);
    await until(() => to.received.length === 1);
    await until(async () => (await budgetOf(first, "tenant:school"))?.day.alerts[0]?.state === "sent");
    await first.drain();
    const second = await routerTelling(to, options);
    await until(() => second.spending.loading === undefined);
    await until(async () => (await budgetOf(second, "tenant:school"))?.day.alerts[0]?.state === "sent");
    await ask(second, 3);
    await until(() => to.received.length === 2);
    expect(told(to)).toEqual(["tenant:school day 50", "tenant:school day 80"]);
    expect(alertLines(second)).toHaveLength(1);
  });

  test("shows on /health, in metrics and in the budgets what it does, and requests go on while the webhook fails", async () => {
    const to = await receiver();
    to.answer = (response) => response.writeHead(500).end();
    const router = await routerTelling(to, { config: { budgets: { alerts: { ...alerts, retries: 1 } } } });
    await ask(router, 8);
    await until(async () => (await budgetOf(router, "tenant:school"))?.day.alerts[1]?.state === "failed");
    await until(async () => {
      const { budgets: told } = (await (await router.get("/health")).json()) as {
        budgets: { webhook: { failed: number } };
      };
      return told.webhook.failed === 2;
    });
    const health = await (await router.get("/health")).text();
    expect(JSON.parse(health).budgets).toEqual({
      known: true,
      throttle: "none",
      webhook: { status: "failing", why: "HTTP 500", waiting: 0, failed: 2 },
    });
    expect(await budgetOf(router, "tenant:school")).toMatchObject({ throttle: "cheaper" });
    const metrics = await (await router.get("/metrics")).text();
    for (const line of [
      'hybrid_llm_cost_usd_total{backend="openai",model="big",tenant="school",estimated="false"} 4',
      'hybrid_llm_budget_limit_usd{scope="tenant:school",period="day"} 5',
      'hybrid_llm_budget_spent_usd{scope="tenant:school",period="day"} 4',
      'hybrid_llm_budget_throttle{scope="tenant:school",level="cheaper"} 1',
      'hybrid_llm_budget_throttle{scope="stack",level="cheaper"} 0',
      'hybrid_llm_budget_alerts_total{outcome="failed"} 2',
    ]) {
      expect(metrics).toContain(line);
    }
    for (const text of [health, metrics, router.logText()]) expect(text).not.toContain(to.token);
  });
});

test("auto goes to models of our own above the second threshold, says why, and a model's name is not touched", async () => {
  const to = await receiver();
  const throttle = { cheaperFromPercent: 50, localFromPercent: 80 };
  const router = await routerTelling(to, { config: { budgets: { throttle } } });
  const backendOf = (answer: Response | undefined) => answer?.headers.get("x-router-backend");
  const [before] = await ask(router, 1, "auto");
  expect(backendOf(before)).toBe("openai");
  await ask(router, 7);
  await until(async () => (await budgetOf(router, "tenant:school"))?.throttle === "local");
  const [throttled] = await ask(router, 1, "auto");
  expect(backendOf(throttled)).toBe("local");
  expect(throttled?.headers.get("x-router-reason")).toContain("80 % of the tenant's budget for this day are spent");
  const [named] = await ask(router, 1);
  expect(backendOf(named)).toBe("openai");
});
