import { randomUUID } from "node:crypto";
import { describe, expect, onTestFinished, test } from "vitest";
import { issueKey, type RouterConfigInput } from "../../../runtime/config/index.ts";
import { findPostgres, usePostgres } from "../../support/postgres.ts";
import { describeWithRedis, RedisServer } from "../../support/redis.ts";
import { eventually, until } from "../../support/wait.ts";
import { chatPath, jsonType, key, says } from "../router/support.ts";
import { counting, routerProcess } from "../spending/processes.ts";
import { type AnyBody, adminKey, call, done, house, keys, priced } from "./support.ts";

const labKey = issueKey();
const config: RouterConfigInput = {
  cache: { enabled: true },
  keys: [...keys, { id: labKey.id, sha256: labKey.sha256, tenant: "lab" }],
};
const programs = await findPostgres();
const server = programs && usePostgres(programs);
const path = "/admin/tenants/school/answers";

interface Asking {
  readonly apiKey?: string;
  readonly once?: string;
  readonly content?: string;
}

/** Asks what the cache takes, or with an idempotency key what it doesn't; what the answer says of where it is from. */
async function asked(url: string, { apiKey = key.key, once, content = "hello" }: Asking = {}) {
  const { headers, status } = await fetch(url + chatPath, {
    method: "POST",
    headers: { authorization: `Bearer ${apiKey}`, ...jsonType, ...(once ? { "idempotency-key": once } : {}) },
    body: JSON.stringify({
      model: "openai",
      messages: [{ role: "user", content }],
      ...(once ? {} : { temperature: 0 }),
    }),
  });
  return headers.get("x-router-cache") ?? (headers.has("x-router-replayed") ? "replayed" : String(status));
}

describe("a tenant's answers, in a router's memory", () => {
  test("are forgotten, those that were cached and those that are replayed, and no other tenant's", async () => {
    const { url } = await house({ ...config, ledger: {} });
    const lab = { apiKey: labKey.key };
    const all = async () => [
      await asked(url),
      await asked(url, { once: "order 1" }),
      await asked(url, lab),
      await asked(url, { ...lab, once: "order 1" }),
    ];
    expect(await all()).toEqual(["miss", "200", "miss", "200"]);
    expect(await all()).toEqual(["hit", "replayed", "hit", "replayed"]);
    expect(await done(url, "DELETE", path)).toEqual({ tenant: "school", at: "process" });
    expect(await all()).toEqual(["miss", "200", "hit", "replayed"]);
    expect(await all()).toEqual(["hit", "replayed", "hit", "replayed"]);
  });

  test("are an administrator's to forget, and a name that is mistyped is told", async () => {
    const { url } = await house({ ...config, ledger: {} });
    await asked(url);
    expect((await call(url, "DELETE", path, undefined, key.key)).status).toBe(403);
    const mistyped = "/admin/tenants/shcool/answers";
    expect(await call(url, "DELETE", mistyped)).toMatchObject({
      status: 404,
      text: expect.stringContaining('no tenant \\"shcool\\"'),
    });
    expect(await done(url, "DELETE", `${mistyped}?force=true`)).toEqual({ tenant: "shcool", at: "process" });
    expect(await asked(url)).toBe("hit");
  });

  test("are forgotten with an entry in the audit log where there is one, also a tenant's of the registry", async () => {
    const environment = server ? { DATABASE_URL: server().url("postgres", "pooler") } : {};
    const { url } = await house(config, { environment });
    await done(url, "POST", "/admin/tenants", { name: "acme" });
    await done(url, "DELETE", "/admin/tenants/acme/answers");
    expect((await call(url, "DELETE", "/admin/tenants/nobody/answers")).status).toBe(404);
    const entries = async () =>
      (await done<AnyBody>(url, "GET", "/admin/audit?action=tenant.forget-answers")).entries.map(
        ({ object, by, outcome }: AnyBody) => [object, by, outcome],
      );
    await until(async () => (await entries()).length === 2);
    expect(await entries()).toEqual([
      ["tenant:nobody", adminKey.id, "invalid_request"],
      ["tenant:acme", adminKey.id, "ok"],
    ]);
  });
});

describeWithRedis("a tenant's answers, in Redis", () => {
  async function two() {
    const redis = await RedisServer.start();
    onTestFinished(() => redis.stop());
    const openai = await counting(says("yes", { firstTokenMs: 300 }));
    const more = { ...priced(openai.url), ...config, budgets: { key: randomUUID(), rebuildGraceMs: 0 } };
    const environment = { REDIS_URL: redis.url };
    const routers = await Promise.all([routerProcess(more, environment), routerProcess(more, environment)]);
    // Their connections are there in a moment.
    let probes = 0;
    await eventually("a shared cache", async () => {
      const content = `probe ${probes++}`;
      await asked(routers[0].url, { content });
      return (await asked(routers[1].url, { content })) === "hit";
    });
    return { redis, openai, one: routers[0].url, other: routers[1].url };
  }

  test("are forgotten at all routers by asking one, also what another is answering at this moment", async () => {
    const { openai, one, other } = await two();
    const all = async (url: string) => [await asked(url), await asked(url, { once: "order 1" })];
    expect([await all(one), await all(other)]).toEqual([
      ["miss", "200"],
      ["hit", "replayed"],
    ]);
    const before = openai.requests.length;
    const running = asked(other, { content: "slow" });
    await eventually("its request", () => openai.requests.length > before);
    expect(await done(one, "DELETE", path)).toEqual({ tenant: "school", at: "stack" });
    expect(await running).toBe("miss");
    expect(await asked(other, { content: "slow" })).toBe("miss");
    expect([await all(other), await all(one)]).toEqual([
      ["miss", "200"],
      ["hit", "replayed"],
    ]);
  });

  test("are not said to be forgotten while Redis can't be asked", async () => {
    const { redis, one } = await two();
    await redis.kill();
    const refused = await call(one, "DELETE", path);
    expect(refused).toMatchObject({ status: 503, body: { error: { code: "unavailable" } } });
    expect(refused.text).toContain("Ask again");
  });
});
