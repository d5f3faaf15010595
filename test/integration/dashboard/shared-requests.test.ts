import { Redis } from "ioredis";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import type { RouterConfigInput } from "../../../runtime/config/index.ts";
import type { LiveRequest, SharingSection } from "../../../runtime/dashboard/protocol.ts";
import { describeWithRedis, RedisServer, startRedisCluster } from "../../support/redis.ts";
import { eventually } from "../../support/wait.ts";
import { adminKey } from "../router/money.ts";
import { key, says } from "../router/support.ts";
import { ask, counting, type RouterProcess, routerProcess } from "../spending/processes.ts";
import { cookieOf, listen } from "./support.ts";

/** Free, so that no budget has a part in it. */
async function stack(redis: string) {
  const provider = await counting(says("rehearsal one two"));
  const config = (region: string): RouterConfigInput => ({
    name: "front",
    region,
    keys: [
      { id: key.id, sha256: key.sha256, tenant: "school" },
      { id: adminKey.id, sha256: adminKey.sha256, tenant: "office", role: "admin" },
    ],
    failoverChain: ["local"],
    backends: { local: { baseUrl: provider.url, rehearsal: true } },
    budgets: { commandTimeoutMs: 300 },
  });
  const environment = { REDIS_URL: redis };
  return Promise.all([routerProcess(config("eu"), environment), routerProcess(config("us"), environment)]);
}

const asks = ({ url }: RouterProcess, id: string) =>
  ask(url, { body: { model: "local" }, headers: { "x-request-id": id } });

/** What the page of a router shows. */
async function pageOf(router: RouterProcess) {
  const heard = await listen(router, await cookieOf(router));
  const told = <Data>(name: string): Data[] =>
    [...heard.text.matchAll(new RegExp(`^event: ${name}\\ndata: (.*)$`, "gm"))].map(
      ([, data]) => JSON.parse(data ?? "") as Data,
    );
  return {
    text: () => heard.text,
    request: (id: string) =>
      told<LiveRequest[]>("requests")
        .flat()
        .findLast((request) => request.id === id),
    sharing: () => told<SharingSection>("sharing").at(-1),
  };
}

const together = (page: Awaited<ReturnType<typeof pageOf>>) =>
  eventually("the other router", () => {
    const sharing = page.sharing();
    return sharing?.state === "shared" && sharing.others === 1;
  });

/** A router that was cut off tells again once it has asked whether a page is open. */
async function hears(page: Awaited<ReturnType<typeof pageOf>>, other: RouterProcess): Promise<void> {
  let count = 0;
  await eventually("the other's request", async () => {
    expect(await asks(other, `again-${count++}`)).toBe(200);
    return Array.from({ length: count }, (_, index) => page.request(`again-${index}`)).some((one) => one?.ms);
  });
  await together(page);
}

async function showEachOthers(redis: string): Promise<void> {
  const [eu, us] = await stack(redis);
  const page = await pageOf(eu);
  await together(page);
  expect([await asks(us, "there"), await asks(eu, "here")]).toEqual([200, 200]);
  await eventually("both requests", () => [page.request("there"), page.request("here")].every((one) => one?.ms));
  expect(page.request("there")).toMatchObject({
    tenant: "school",
    key: key.id,
    asked: "local",
    backend: "local",
    status: 200,
    router: { name: "front", region: "us", process: expect.stringMatching(/\/\d+$/) },
  });
  expect(page.request("here")).toMatchObject({ status: 200, router: { name: "front", region: "eu" } });
  const [one, other] = [page.request("there"), page.request("here")];
  expect(one?.number).not.toBe(other?.number);
  for (const hidden of ["hello", "rehearsal one two", adminKey.key]) expect(page.text()).not.toContain(hidden);
}

describeWithRedis("two routers with one Redis", () => {
  let redis: RedisServer;
  beforeEach(async () => {
    redis = await RedisServer.start();
  });
  afterEach(() => redis.stop());

  test("show each other's requests on each one's dashboard", () => showEachOthers(redis.url));

  test("tell nothing while nobody looks", async () => {
    const [eu, us] = await stack(redis.url);
    const client = new Redis(redis.url);
    onTestFinished(() => client.disconnect());
    let said = "";
    client.on("message", (_channel, message) => {
      said += message;
    });
    await client.subscribe("{daily_spend}:dashboard:requests");
    for (const router of [eu, us]) await asks(router, "unseen");
    await together(await pageOf(eu));
    await asks(us, "seen");
    await eventually("what is seen", () => said.includes('"seen"'));
    expect(said).not.toContain("unseen");
  });

  test("say that they don't hear each other while Redis is away, and answer; then they hear each other again", async () => {
    const [eu, us] = await stack(redis.url);
    const page = await pageOf(eu);
    await together(page);
    await redis.standstill(async () => {
      await eventually("a page that says so", () => page.sharing()?.state === "lost");
      expect([await asks(us, "unheard"), await asks(eu, "own")]).toEqual([200, 200]);
      await eventually("the router's own request", () => page.request("own")?.ms !== undefined);
    });
    await hears(page, us);
  });

  test("hear each other again after Redis has lost everything", async () => {
    const [eu, us] = await stack(redis.url);
    await together(await pageOf(eu));
    await redis.kill();
    redis = await RedisServer.start({ port: redis.port });
    // Sessions were in it, too.
    const page = await pageOf(eu);
    await hears(page, us);
  });

  test("a request whose router was killed is not shown as running for ever", async () => {
    const provider = await counting(says("slow", { firstTokenMs: 600_000 }));
    const config: RouterConfigInput = {
      keys: [
        { id: key.id, sha256: key.sha256, tenant: "school" },
        { id: adminKey.id, sha256: adminKey.sha256, tenant: "office", role: "admin" },
      ],
      failoverChain: ["local"],
      backends: { local: { baseUrl: provider.url, rehearsal: true } },
    };
    const environment = { REDIS_URL: redis.url };
    const [one, other] = await Promise.all([routerProcess(config, environment), routerProcess(config, environment)]);
    const page = await pageOf(one);
    await together(page);
    const lost = asks(other, "lost");
    await eventually("the running request", () => page.request("lost") !== undefined);
    expect(page.request("lost")).not.toHaveProperty("ms");
    await other.kill();
    expect(await lost).toBe(0);
    await eventually("its end", () => page.request("lost")?.outcome === "unheard");
    expect(page.sharing()).toEqual({ state: "shared", others: 0 });
  });
});

describeWithRedis("two routers with a Redis Cluster", () => {
  test("show each other's requests on each one's dashboard", async () => {
    const cluster = await startRedisCluster();
    onTestFinished(() => cluster.stop());
    await showEachOthers(cluster.servers.map(({ url }) => url).join(","));
  });
});
