import { afterEach, beforeEach, expect, test } from "vitest";
import type { RouterConfigInput } from "../../../runtime/config/index.ts";
import { freePort } from "../../../tools/parts/free-port.ts";
import { describeWithRedis, RedisServer } from "../../support/redis.ts";
import { eventually } from "../../support/wait.ts";
import { priced } from "../access/support.ts";
import { adminKey, as } from "../router/money.ts";
import { key, says } from "../router/support.ts";
import { ask, counting, type RouterProcess, routerProcess } from "../spending/processes.ts";
import { hookAt, receiver, told } from "./receiver.ts";

/** A router that has claimed an alert, killed before it was told that the webhook took it: with a real SIGKILL. */
describeWithRedis("an alert of a router that is killed", () => {
  let redis: RedisServer;
  beforeEach(async () => {
    redis = await RedisServer.start();
  });
  afterEach(() => redis.stop());

  /** Two routers that share budgets, whose tenant has spent three of five dollars. */
  async function spent(hook: string): Promise<RouterProcess[]> {
    const openai = await counting(says("yes"));
    const config = (region: string): RouterConfigInput => ({
      ...priced(openai.url),
      name: "front",
      region,
      keys: [
        { id: key.id, sha256: key.sha256, tenant: "school" },
        { id: adminKey.id, sha256: adminKey.sha256, tenant: "office", role: "admin" },
      ],
      budgets: {
        stack: { day: 1_000 },
        tenants: { school: { day: 5 } },
        rebuildGraceMs: 0,
        // A retry would come after the test.
        alerts: {
          thresholds: [50],
          forecast: false,
          webhook: { env: "HOOK" },
          baseMs: 600_000,
          capMs: 600_000,
          timeoutMs: 600_000,
        },
      },
    });
    const environment = { REDIS_URL: redis.url, HOOK: hook };
    const routers = await Promise.all([
      routerProcess(config("eu"), environment),
      routerProcess(config("us"), environment),
    ]);
    for (const [index, { url }] of [...routers, routers[0]].entries()) {
      await eventually(`answer ${index}`, async () => (await ask(url, { body: { model: "openai" } })) === 200);
    }
    return routers;
  }

  /** Nobody renews it any more, so that it ends by itself; this is only sooner. */
  async function endLease(): Promise<void> {
    const [claim] = (await redis.command("KEYS", "*:alert:*")) as string[];
    expect(await redis.command("PEXPIRE", claim ?? "", "0")).toBe(1);
  }

  async function stateAt({ url }: RouterProcess): Promise<string | undefined> {
    const { budgets } = (await (await fetch(`${url}/v1/budgets`, { headers: as(adminKey) })).json()) as {
      budgets: { scope: string; day: { alerts: { state: string }[] } }[];
    };
    return budgets.find(({ scope }) => scope === "tenant:school")?.day.alerts[0]?.state;
  }

  const claimant = (routers: readonly RouterProcess[]) =>
    eventually("a claim", () => routers.find(({ output }) => output().includes("budget alert: ")));

  test("before the webhook heard of it is told by another, once", async () => {
    const port = await freePort();
    const routers = await spent(hookAt(port));
    const killed = await claimant(routers);
    const other = routers.find((router) => router !== killed) as RouterProcess;
    await eventually("the other's knowledge of the claim", async () => (await stateAt(other)) === "sending");
    await killed.kill();
    const to = await receiver(port);
    await endLease();
    await eventually("the alert", async () => (await stateAt(other)) === "sent");
    expect(told(to)).toEqual(["tenant:school day 50"]);
  });

  test("after the webhook heard of it comes again, with the id that it had, so that a receiver knows it", async () => {
    const to = await receiver();
    to.answer = (response, count) => {
      if (count > 1) response.end("ok");
    };
    const routers = await spent(to.url);
    const killed = await claimant(routers);
    const other = routers.find((router) => router !== killed) as RouterProcess;
    await eventually("the first delivery", () => to.received.length === 1);
    await eventually("the other's knowledge of the claim", async () => (await stateAt(other)) === "sending");
    await killed.kill();
    expect(to.received).toHaveLength(1);
    await endLease();
    await eventually("the end of it", async () => (await stateAt(other)) === "sent");
    expect(told(to)).toEqual(["tenant:school day 50", "tenant:school day 50"]);
    const [first, again] = to.received.map(({ headers }) => headers["webhook-id"]);
    expect(again).toBe(first);
    expect(to.received[0]?.alert.data.region).not.toBe(to.received[1]?.alert.data.region);
  });
});
