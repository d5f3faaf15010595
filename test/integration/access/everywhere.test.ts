import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { issueKey, type RouterConfigInput } from "../../../runtime/config/index.ts";
import { openPostgres } from "../../../runtime/router/ledger/database/postgres.ts";
import { findPostgres, usePostgres } from "../../support/postgres.ts";
import { until } from "../../support/wait.ts";
import { temporaryFolder } from "../router/process.ts";
import { key, says } from "../router/support.ts";
import { counting, type RouterProcess, routerProcess } from "../spending/processes.ts";
import { type AnyBody, adminKey, call, chat, done, type KeyJson, keys, priced } from "./support.ts";

const programs = await findPostgres();

describe.skipIf(programs === undefined)("routers that share a PostgreSQL behind PgBouncer", () => {
  if (programs === undefined) return;
  const server = usePostgres(programs);

  /** Every row of every table, as text. */
  async function everything(): Promise<string> {
    const url = server().url("postgres", "pooler");
    const database = openPostgres({ url, connections: 1, connectMs: 5_000, queryMs: 20_000, onProblem: () => {} });
    try {
      const tables = await database.query(
        "select relname::text as name from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace",
      );
      const rows = await Promise.all(tables.map(({ name }) => database.query(`select t::text as row from ${name} t`)));
      return JSON.stringify(rows);
    } finally {
      await database.close();
    }
  }

  interface Pair {
    readonly one: RouterProcess;
    readonly other: RouterProcess;
    readonly again: (config?: RouterConfigInput) => Promise<RouterProcess>;
  }

  async function pair(): Promise<Pair> {
    const openai = await counting(says("yes"));
    const environment = { DATABASE_URL: server().url("postgres", "pooler") };
    const stack = randomUUID();
    const start = (folder: string, more: RouterConfigInput = {}) =>
      routerProcess(
        { ...priced(openai.url), keys, ledger: { directory: "ledger", stack }, access: { pollMs: 50 }, ...more },
        environment,
        folder,
      );
    const folder = temporaryFolder();
    const [one, other] = await Promise.all([start(folder), start(temporaryFolder())]);
    return { one, other, again: (config) => start(folder, config) };
  }

  const create = async ({ url }: RouterProcess, name: string, body: object = {}): Promise<KeyJson> => {
    await call(url, "POST", "/admin/tenants", { name });
    return done<KeyJson>(url, "POST", "/admin/keys", { tenant: name, ...body });
  };
  const becomes = (at: RouterProcess, apiKey: string, status: number) =>
    until(async () => (await chat(at.url, apiKey)) === status);

  test("know of each other's changes", async () => {
    const { one, other } = await pair();
    const made = await create(one, "acme");
    expect(await chat(one.url, made.key)).toBe(200);
    await becomes(other, made.key, 200);
    await done(other.url, "PUT", "/v1/budgets/tenant:acme", { day: 1 });
    await becomes(one, made.key, 402);
    await done(one.url, "PUT", "/v1/budgets/tenant:acme", {});
    await becomes(other, made.key, 200);
    await done(one.url, "DELETE", `/admin/keys/${made.id}`);
    expect(await chat(one.url, made.key)).toBe(401);
    await becomes(other, made.key, 401);
    await done(other.url, "DELETE", `/admin/keys/${key.id}`);
    await becomes(one, key.key, 401);
    const revision = async ({ url }: RouterProcess) => (await done<AnyBody>(url, "GET", "/health")).access.revision;
    expect(await revision(one)).toBe(await revision(other));
  });

  test("go on with the keys that they know while the database is away, and miss nothing afterwards", async () => {
    const { one, other, again } = await pair();
    const [kept, gone] = [await create(one, "acme"), await create(one, "acme")];
    await done(one.url, "DELETE", `/admin/keys/${gone.id}`);
    await becomes(other, kept.key, 200);
    await becomes(other, gone.key, 401);
    await server().kill();
    expect(await chat(one.url, kept.key)).toBe(200);
    expect(await chat(one.url, gone.key)).toBe(401);
    const refused = await call(one.url, "POST", "/admin/keys", { tenant: "acme" });
    expect(refused).toMatchObject({ status: 503, body: { error: { code: "unavailable" } } });
    await until(async () => (await done<AnyBody>(other.url, "GET", "/health")).access.stale_since !== undefined);
    expect(await chat(other.url, issueKey().key)).toBe(503);

    // What it knew it has kept on its machine; nobody who isn't in that may be refused for good.
    await one.kill();
    const restarted = await again();
    expect(await chat(restarted.url, gone.key)).toBe(401);
    expect((await call(restarted.url, "GET", "/v1/models", undefined, kept.key)).status).toBe(200);

    await server().start();
    await until(async () => (await call(restarted.url, "POST", "/admin/tenants", { name: "later" })).status === 201);
    const later = await create(restarted, "later");
    await becomes(other, later.key, 200);
    expect((await done<AnyBody>(other.url, "GET", "/health")).access.stale_since).toBeUndefined();
  });

  test("that know nothing yet refuse a key that may be good, but not for good", async () => {
    const { one, again } = await pair();
    const made = await create(one, "acme");
    await one.kill();
    await server().kill();
    const restarted = await again({ ledger: { directory: "elsewhere" } });
    expect(await chat(restarted.url, made.key)).toBe(503);
    expect((await call(restarted.url, "GET", "/v1/models", undefined, key.key)).status).toBe(200);
    expect((await call(restarted.url, "GET", "/v1/models", undefined, `hl_${key.id}_${"x".repeat(43)}`)).status).toBe(
      401,
    );
    await server().start();
  });

  test("keep no key in the database or in what they say", async () => {
    const { one, other } = await pair();
    const made = await create(one, "acme", { label: "grader" });
    const secret = made.key.split("_").slice(2).join("_");
    await becomes(other, made.key, 200);
    await call(one.url, "DELETE", `/admin/keys/${made.id}`, undefined, made.key);
    await until(async () =>
      (await done<AnyBody>(one.url, "GET", "/admin/audit")).entries.some(({ by }: AnyBody) => by === made.id),
    );
    const { text } = await call(one.url, "GET", "/admin/audit");
    const list = (await call(one.url, "GET", "/admin/keys")).text;
    const rows = await everything();
    for (const all of [rows, text, list, one.output(), other.output()]) {
      expect(all).toContain(made.id);
      expect(all).not.toContain(secret);
      expect(all).not.toContain(adminKey.key);
    }
  });
});
