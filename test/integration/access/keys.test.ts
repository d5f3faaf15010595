import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { issueKey } from "../../../runtime/config/index.ts";
import { findPostgres, usePostgres } from "../../support/postgres.ts";
import { until } from "../../support/wait.ts";
import { key } from "../router/support.ts";
import { type AnyBody, adminKey, call, chat, done, house as embedded, type KeyJson } from "./support.ts";

const programs = await findPostgres();
const server = programs && usePostgres(programs);

/** What doesn't need an embedded database is much faster with a server that is there already. */
const house: typeof embedded = (config, options) =>
  embedded(config, { ...options, environment: server ? { DATABASE_URL: server().url("postgres", "pooler") } : {} });

const tenant = async (url: string, name = "acme", more: object = {}) =>
  done(url, "POST", "/admin/tenants", { name, ...more });
const create = (url: string, body: object) => done<KeyJson>(url, "POST", "/admin/keys", { tenant: "acme", ...body });

describe("an API key", () => {
  test("is made, used, listed, limited and revoked, and its secret is told once and kept nowhere", async () => {
    const { url, router, folder } = await embedded();
    await tenant(url);
    const made = await create(url, { label: "grader" });
    expect(made.key).toMatch(new RegExp(`^hl_${made.id}_`));
    expect(await chat(url, made.key)).toBe(200);

    const { keys } = await done<{ keys: KeyJson[] }>(url, "GET", "/admin/keys");
    expect(keys.map(({ id, source }) => [id, source]).sort()).toEqual(
      [
        [key.id, "configuration"],
        [adminKey.id, "configuration"],
        [made.id, "registry"],
      ].sort(),
    );
    await until(async () => (await done<KeyJson>(url, "GET", `/admin/keys/${made.id}`)).last_used_at !== undefined);

    const limited = await done<KeyJson>(url, "PATCH", `/admin/keys/${made.id}`, {
      limits: { budget: { day: 5 }, rates: { requests_per_minute: 60 } },
    });
    expect(limited.limits).toEqual({ budget: { day: 5 }, rates: { requests_per_minute: 60 } });

    const revoked = await done<KeyJson>(url, "DELETE", `/admin/keys/${made.id}`);
    expect(await chat(url, made.key)).toBe(401);
    expect(await done<KeyJson>(url, "DELETE", `/admin/keys/${made.id}`)).toEqual(revoked);

    const told = await done<AnyBody>(url, "GET", "/admin/audit");
    const actions = told.entries.map(({ action, object, by }: AnyBody) => [action, object, by]);
    expect(actions).toEqual([
      ["key.revoke", `key:${made.id}`, adminKey.id],
      ["key.revoke", `key:${made.id}`, adminKey.id],
      ["key.change", `key:${made.id}`, adminKey.id],
      ["key.create", `key:${made.id}`, adminKey.id],
      ["tenant.create", "tenant:acme", adminKey.id],
    ]);
    await router.drain();
    const secret = made.key.split("_").slice(2).join("_");
    const places = [
      router.logText(),
      JSON.stringify([keys, limited, revoked, told]),
      ...readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1")),
    ];
    // What is searched must be what was written.
    expect(places.some((text) => text.includes(made.id))).toBe(true);
    for (const text of places) expect(text.includes(secret)).toBe(false);
  });

  test("is refused from its end on", async () => {
    const { url } = await house();
    await tenant(url);
    const ends = new Date(Date.now() + 1_500).toISOString();
    const { key: text } = await create(url, { expires_at: ends });
    expect(await chat(url, text)).toBe(200);
    await until(async () => (await chat(url, text)) === 401);
    const past = await call(url, "POST", "/admin/keys", { tenant: "acme", expires_at: ends });
    expect(past.body.error).toMatchObject({ code: "invalid_request", param: "expires_at" });
  });

  test("spends no more than its budget, and its tenant's no more than theirs", async () => {
    const { url, openai } = await house();
    await tenant(url, "acme", { limits: { budget: { day: 3 } } });
    const one = await create(url, { limits: { budget: { day: 2 } } });
    const other = await create(url, {});
    expect([await chat(url, one.key), await chat(url, one.key), await chat(url, one.key)]).toEqual([200, 200, 402]);
    expect([await chat(url, other.key), await chat(url, other.key)]).toEqual([200, 402]);
    await done(url, "PUT", "/v1/budgets/tenant:acme", { day: 4 });
    expect([await chat(url, other.key), await chat(url, other.key)]).toEqual([200, 402]);
    expect(openai.every).toHaveLength(4);
    const { budgets } = await done<AnyBody>(url, "GET", "/v1/budgets");
    const day = (scope: string) => budgets.find((one: AnyBody) => one.scope === scope)?.day;
    expect(day(`key:${one.id}`)).toMatchObject({ limit: { usd: 2 }, spent: { usd: 2 } });
    expect(day("tenant:acme")).toMatchObject({ limit: { usd: 4 }, spent: { usd: 4 } });
  });

  test("asks no more a minute than it may", async () => {
    const { url } = await house();
    await tenant(url);
    const { key: text } = await create(url, { limits: { rates: { requests_per_minute: 2 } } });
    expect([await chat(url, text), await chat(url, text), await chat(url, text)]).toEqual([200, 200, 429]);
  });

  test("of a tenant that doesn't exist isn't made, and every mistake is told at once", async () => {
    const { url } = await house();
    const nobody = await call(url, "POST", "/admin/keys", { tenant: "acne" });
    expect(nobody).toMatchObject({ status: 400, body: { error: { param: "tenant" } } });
    expect(nobody.text).toContain("POST /admin/tenants");
    const wrong = await call(url, "POST", "/admin/keys", {
      tenant: "",
      role: "root",
      limits: { budget: { day: -1 }, rates: { rpm: 1 } },
    });
    for (const field of ["tenant", "role", "limits.budget.day", "limits.rates.rpm"])
      expect(wrong.text).toContain(field);
  });

  test("of the configuration can be revoked, which outlives a restart, and limited where the configuration doesn't", async () => {
    const ledger = { directory: "ledger" };
    const { url, router, folder } = await embedded({ ledger });
    expect(await call(url, "PATCH", `/admin/keys/${key.id}`, { label: "x" })).toMatchObject({ status: 409 });
    await done(url, "PUT", `/v1/budgets/key:${key.id}`, { day: 1 });
    expect([await chat(url, key.key), await chat(url, key.key)]).toEqual([200, 402]);
    await done(url, "DELETE", `/admin/keys/${key.id}`);
    expect(await chat(url, key.key)).toBe(401);
    await router.drain();
    const again = await embedded({ ledger }, { baseDirectory: folder });
    expect(await chat(again.url, key.key)).toBe(401);
    expect((await done<AnyBody>(again.url, "GET", "/health")).access).toMatchObject({ revision: 2 });
  });

  test("of the configuration's own budget is changed there", async () => {
    const { url } = await house({ budgets: { tenants: { school: { day: 7 } } } });
    const refused = await call(url, "PUT", "/v1/budgets/tenant:school", { day: 8 });
    expect(refused.status).toBe(409);
    expect(refused.text).toContain("budgets.tenants.school");
    expect((await call(url, "PUT", "/v1/budgets/stack", { day: 8 })).status).toBe(409);
    expect((await call(url, "PUT", "/v1/budgets/everything", { day: 8 })).status).toBe(400);
  });

  test("that is the last to administer is not revoked by mistake", async () => {
    const { url } = await house();
    const path = `/admin/keys/${adminKey.id}`;
    expect(await call(url, "DELETE", path)).toMatchObject({ status: 409, body: { error: { code: "conflict" } } });
    expect((await call(url, "PATCH", "/admin/tenants/school", { disabled: true })).status).toBe(409);
    await tenant(url);
    const other = await create(url, { role: "admin" });
    await done(url, "DELETE", path);
    expect((await call(url, "GET", "/admin/keys")).status).toBe(401);
    expect((await call(url, "DELETE", `/admin/keys/${other.id}`, undefined, other.key)).status).toBe(409);
    await done(url, "DELETE", `/admin/keys/${other.id}?force=true`, undefined, other.key);
    expect((await call(url, "GET", "/admin/keys", undefined, other.key)).status).toBe(401);
  });
});

test("what one stack has made means nothing to another in the same database", async () => {
  const [one, other] = [await house(), await house()];
  await tenant(one.url);
  const { id, key: text } = await create(one.url, {});
  expect(await chat(one.url, text)).toBe(200);
  expect(await chat(other.url, text)).toBe(401);
  expect((await call(other.url, "GET", `/admin/keys/${id}`)).status).toBe(404);
  expect((await done<AnyBody>(other.url, "GET", "/admin/audit")).entries).toEqual([]);
});

describe("pages", () => {
  test("hold each key once, whatever their size", async () => {
    const { url } = await house();
    await tenant(url);
    const made = [key.id, adminKey.id];
    for (let count = 0; count < 7; count++) made.push((await create(url, {})).id);
    for (const limit of [1, 4, 9]) {
      const seen: string[] = [];
      for (let cursor = ""; ; ) {
        const page = await done<AnyBody>(url, "GET", `/admin/keys?limit=${limit}${cursor && `&cursor=${cursor}`}`);
        seen.push(...page.keys.map(({ id }: KeyJson) => id));
        if (page.next === undefined) break;
        cursor = page.next;
      }
      expect(seen).toEqual([...made].sort());
    }
    const { keys } = await done<AnyBody>(url, "GET", "/admin/keys?tenant=school");
    expect(keys.map(({ id }: KeyJson) => id)).toEqual([key.id, adminKey.id].sort());
  });
});

describe("a tenant", () => {
  test("is disabled with all its keys, enabled again, and ended for good", async () => {
    const { url } = await house();
    await tenant(url);
    expect((await call(url, "POST", "/admin/tenants", { name: "acme" })).status).toBe(409);
    const { key: text } = await create(url, {});
    await done(url, "PATCH", "/admin/tenants/acme", { disabled: true });
    expect(await chat(url, text)).toBe(401);
    expect((await call(url, "POST", "/admin/keys", { tenant: "acme" })).status).toBe(409);
    await done(url, "PATCH", "/admin/tenants/acme", { disabled: false });
    expect(await chat(url, text)).toBe(200);
    await done(url, "DELETE", "/admin/tenants/acme");
    await done(url, "PATCH", "/admin/tenants/acme", { disabled: false });
    expect(await chat(url, text)).toBe(401);
  });

  test("that is sovereign asks no cloud", async () => {
    const { url, openai } = await house();
    await tenant(url, "acme", { sovereign: true });
    const { key: text } = await create(url, {});
    expect(await chat(url, text)).toBe(403);
    await done(url, "PATCH", "/admin/tenants/acme", { sovereign: false });
    expect(await chat(url, text)).toBe(200);
    expect(openai.every).toHaveLength(1);
  });
});

describe("who may not", () => {
  test("is refused, and the audit log says so", async () => {
    const { url } = await house();
    const forbidden = await call(url, "DELETE", `/admin/keys/${adminKey.id}`, undefined, key.key);
    expect(forbidden).toMatchObject({ status: 403, body: { error: { code: "forbidden" } } });
    expect((await call(url, "PUT", "/v1/budgets/tenant:school", { day: 1 }, key.key)).status).toBe(403);
    const stranger = issueKey();
    expect((await call(url, "GET", "/admin/keys", undefined, stranger.key)).status).toBe(401);
    expect((await fetch(`${url}/admin/audit`)).status).toBe(401);
    const refused = async () =>
      (await done<AnyBody>(url, "GET", "/admin/audit")).entries.map(
        ({ by, action, object, outcome, detail }: AnyBody) => [action, object, by, outcome, detail?.claimed],
      );
    await until(async () => (await refused()).length === 4);
    expect(await refused()).toEqual([
      ["audit.read", "audit", "", "unauthorized", undefined],
      ["key.list", "key", "", "unauthorized", stranger.id],
      ["budget.set", "tenant:school", key.id, "forbidden", undefined],
      ["key.revoke", `key:${adminKey.id}`, key.id, "forbidden", undefined],
    ]);
  });

  test("can't change the audit log, not even with the database's own words", async () => {
    const { url, router } = await house();
    await tenant(url);
    const database = await router.spending.ledger?.database();
    for (const sql of ["update access_audit set by = 'x'", "delete from access_audit", "truncate access_audit"]) {
      await expect(database?.script(sql.replace("by =", "key_id ="))).rejects.toThrow("only grows");
    }
  });
});

test("without a database there is nothing to administer, and that is said", async () => {
  const { url } = await embedded({ ledger: {} });
  const { status, text } = await call(url, "GET", "/admin/keys");
  expect(status).toBe(404);
  expect(text).toContain("ledger.directory");
});
