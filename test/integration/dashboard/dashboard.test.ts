import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { until } from "../../support/wait.ts";
import { adminKey, moneyConfig, withLedger } from "../router/money.ts";
import { key as clientKey, errorOf, pair } from "../router/support.ts";
import { cookieOf, listen, own, signIn } from "./support.ts";

test("only an admin's key signs in, and only from the router's own page", async () => {
  const { router } = await withLedger();
  for (const [key, headers, status] of [
    [clientKey.key, own, 401],
    ["hl_abcd_wrong", own, 401],
    [adminKey.key, { ...own, "sec-fetch-site": "cross-site" }, 403],
    [adminKey.key, { "content-type": own["content-type"] }, 403],
  ] as const) {
    const refused = await signIn(router, key, headers);
    expect(refused.status).toBe(status);
    expect(refused.headers.get("set-cookie")).toBeNull();
    expect(await refused.text()).toContain('role="alert"');
  }
  const response = await signIn(router, adminKey.key);
  expect(response.status).toBe(303);
  expect(response.headers.get("set-cookie")).toMatch(
    /^hybrid-llm=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/,
  );
  expect(router.logText()).not.toContain(adminKey.key);
});

test("nothing is told without a session, nor with an API key in its place", async () => {
  const { router } = await withLedger();
  for (const headers of [{}, { authorization: `Bearer ${adminKey.key}` }, { cookie: "hybrid-llm=x" }]) {
    const refused = await fetch(`${router.url}/dashboard/events`, { headers });
    expect(refused.status).toBe(401);
    expect((await errorOf(refused)).code).toBe("unauthorized");
    expect(await (await fetch(`${router.url}/dashboard`, { headers })).text()).toContain("Sign in");
  }
});

test("the eleventh wrong key from an address waits, the right one too", async () => {
  const { router } = await withLedger();
  for (let count = 0; count < 10; count++) expect((await signIn(router, "wrong")).status).toBe(401);
  const late = await signIn(router, adminKey.key);
  expect(late.status).toBe(429);
  expect(Number(late.headers.get("retry-after"))).toBeGreaterThan(0);
});

test("the page and its files have a strict policy, hashed names and compressed forms", async () => {
  const { router } = await withLedger();
  const page = await fetch(`${router.url}/dashboard`);
  expect(page.headers.get("content-security-policy")).toContain(
    "default-src 'none'; script-src 'self'; style-src 'self'",
  );
  expect(page.headers.get("x-content-type-options")).toBe("nosniff");
  const [, script] = /src="([^"]+theme-[^"]+\.js)"/.exec(await page.text()) ?? [];
  for (const coding of ["br", "gzip", "identity"]) {
    const file = await fetch(router.url + script, { headers: { "accept-encoding": coding } });
    expect(file.headers.get("cache-control")).toContain("immutable");
    expect(file.headers.get("content-encoding") ?? "identity").toBe(coding);
    expect(await file.text()).toContain("dark");
  }
  expect((await fetch(`${router.url}/dashboard/assets/..%2f..%2fpackage.json`)).status).toBe(404);
});

test("events tell everything first, then a request and what it cost", async () => {
  const { router } = await withLedger();
  const heard = await listen(router, await cookieOf(router));
  const names = [
    "router",
    "spend",
    "today",
    "range24h",
    "range7d",
    "range30d",
    "backends",
    "budgets",
    "ledger",
    "refusals",
    "sharing",
  ];
  await until(() => names.every((name) => heard.text.includes(`event: ${name}\n`)));
  await router.chat({ model: "openai" });
  await until(() => /event: requests\ndata: .*"status":200/.test(heard.text));
  const spends = () => [...heard.text.matchAll(/event: spend\ndata: (.+)/g)].map(([, data]) => JSON.parse(data ?? ""));
  // While the ledger still opens, what is spent is not known.
  await until(() => spends().at(-1).day?.spent > 0);
  await until(() => /event: range24h\ndata: .*"name":"big"/.test(heard.text));
  await router.chat({ model: "openai" }, { "x-router-sovereign": "true" });
  await until(() => /event: refusals\ndata: {"total":1,.*"tenant":"school"/.test(heard.text));
  expect(heard.text).not.toContain("hello");
});

test("a stream of events doesn't hold up a drain", async () => {
  const { router } = await pair({}, {}, { config: moneyConfig({ deadlines: { drainMs: 60_000 } }) });
  const heard = await listen(router, await cookieOf(router));
  await router.drain();
  await until(() => heard.over);
  expect(router.logText()).toContain('"msg":"drained"');
});

test("more pages than are allowed are refused, until one is closed", async () => {
  const { router } = await withLedger({ dashboard: { viewers: 1 } });
  const headers = await cookieOf(router);
  const first = new AbortController();
  await fetch(`${router.url}/dashboard/events`, { headers, signal: first.signal });
  expect((await fetch(`${router.url}/dashboard/events`, { headers })).status).toBe(503);
  first.abort();
  await until(async () => {
    await sleep(20);
    return (await listen(router, headers)).status === 200;
  });
});

test("turned off, there is none", async () => {
  const { router } = await withLedger({ dashboard: { enabled: false } });
  expect((await fetch(`${router.url}/dashboard`)).status).toBe(404);
  expect((await signIn(router, adminKey.key)).status).toBe(404);
});
