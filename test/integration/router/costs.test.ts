import { expect, test } from "vitest";
import { until } from "../../support/wait.ts";
import { adminKey, as, labKey, moneyConfig, withLedger } from "./money.ts";
import { errorOf, router as startRouter, type TestRouter } from "./support.ts";

type Figures = { requests: number; attempts: number; cost_usd: string };
type Group = Figures & Record<string, string>;
type Costs = { from: string; to: string; group_by: string[]; timezone: string; groups: Group[]; total: Figures };
type Requests = {
  next?: string;
  requests: { request_id: string; tenant: string; cost_usd: string; attempts: { model: string; cost_usd: string }[] }[];
};

const admin = as(adminKey);

async function costsOf(router: TestRouter, query = "", headers = {}): Promise<Costs> {
  const response = await router.get(`/v1/costs${query}`, headers);
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as Costs;
}

const requestsOf = async (router: TestRouter, query: string, headers = {}) =>
  (await (await router.get(`/v1/costs/requests${query}`, headers)).json()) as Requests;

/** Asks three times: twice as the school, once as the lab; resolves once the ledger has it. */
async function spend(router: TestRouter): Promise<bigint> {
  const answers = [
    await router.chat({ model: "openai" }, { "x-router-feature": "essays", "x-request-id": "first" }),
    await router.chat({ model: "openai" }, { "x-request-id": "second" }),
    await router.chat({ model: "openai" }, { ...as(labKey), "x-request-id": "third" }),
  ];
  await Promise.all(answers.map((answer) => answer.text()));
  await until(async () => (await costsOf(router, "", admin)).total.requests === 3);
  return answers.reduce((sum, { headers }) => sum + nano(headers.get("x-router-cost-usd") ?? ""), 0n);
}

const nano = (usd: string): bigint => BigInt(usd.replace(".", ""));

test("costs are those that the answers have told, by whatever they are asked for", async () => {
  const { router } = await withLedger();
  const spent = await spend(router);
  expect(spent).toBeGreaterThan(0n);
  const byDay = await costsOf(router, "", admin);
  expect(byDay).toMatchObject({ group_by: ["day"], timezone: "UTC" });
  expect(Date.parse(byDay.to) - Date.parse(byDay.from)).toBe(30 * 86_400_000);
  for (const groups of ["", "day,model", "week", "month,backend", "tenant", "feature", "key"]) {
    const { groups: told, total } = await costsOf(router, `?group_by=${groups}`, admin);
    expect(nano(total.cost_usd), groups).toBe(spent);
    expect(told.reduce((sum, { cost_usd }) => sum + nano(cost_usd), 0n)).toBe(spent);
  }
  const byFeature = (await costsOf(router, "?group_by=tenant,feature", admin)).groups;
  expect(byFeature.map(({ tenant, feature, requests }) => [tenant, feature, requests])).toEqual([
    ["lab", "", 1],
    ["school", "", 1],
    ["school", "essays", 1],
  ]);
});

test("a client's key sees its own tenant only, an admin's key each of them", async () => {
  const { router } = await withLedger();
  await spend(router);
  const seen = async (query: string, headers = {}) =>
    (await costsOf(router, `?group_by=tenant${query}`, headers)).groups.map(({ tenant }) => tenant);
  expect(await seen("")).toEqual(["school"]);
  expect(await seen("&tenant=school")).toEqual(["school"]);
  expect(await seen("", as(labKey))).toEqual(["lab"]);
  expect(await seen("", admin)).toEqual(["lab", "school"]);
  expect(await seen("&tenant=lab", admin)).toEqual(["lab"]);
  expect((await requestsOf(router, "")).requests.map(({ tenant }) => tenant)).toEqual(["school", "school"]);
  expect((await requestsOf(router, "", as(labKey))).requests).toMatchObject([{ request_id: "third", tenant: "lab" }]);
  for (const path of ["/v1/costs", "/v1/costs/requests"]) {
    const refused = await router.get(`${path}?tenant=lab`);
    expect(refused.status).toBe(400);
    expect(await errorOf(refused)).toMatchObject({
      code: "invalid_request",
      param: "tenant",
      message: `tenant: given "lab"; allowed: "school", the key's own tenant; an admin key sees all`,
    });
  }
});

test("requests are paged through, latest first, each with its attempts", async () => {
  const { router } = await withLedger();
  await spend(router);
  const first = await requestsOf(router, "?limit=2", admin);
  expect(first.requests.map(({ request_id }) => request_id)).toEqual(["third", "second"]);
  expect(first.requests[0]?.attempts).toMatchObject([{ model: "big", cost_usd: first.requests[0]?.cost_usd }]);
  const last = await requestsOf(router, `?limit=2&cursor=${first.next}`, admin);
  expect(last.requests.map(({ request_id }) => request_id)).toEqual(["first"]);
  expect(last.next).toBeUndefined();
});

test("reports are CSV where that is accepted, and pages of it name the next one", async () => {
  const { router } = await withLedger();
  await spend(router);
  const csv = { ...admin, accept: "text/csv" };
  const costs = await router.get("/v1/costs?group_by=tenant", csv);
  expect(costs.headers.get("content-type")).toBe("text/csv; charset=utf-8");
  const lines = (await costs.text()).split("\r\n");
  expect(lines[0]).toMatch(/^tenant,requests,attempts,.*cost_usd/);
  expect(lines.slice(1).map((line) => line.split(",")[0])).toEqual(["lab", "school", ""]);

  let path: string | undefined = "/v1/costs/requests?limit=2";
  const ids: string[] = [];
  while (path !== undefined) {
    const page = await router.get(path, csv);
    ids.push(
      ...(await page.text())
        .split("\r\n")
        .slice(1, -1)
        .map((line) => line.split(",")[1] ?? ""),
    );
    path = /^<(.+)>; rel="next"$/.exec(page.headers.get("link") ?? "")?.[1];
  }
  expect(ids).toEqual(["third", "second", "first"]);

  for (const [accept, type] of [
    ["application/json, text/csv;q=0.5", "application/json"],
    ["text/csv;q=0, */*", "application/json"],
    ["application/json;q=0.5, text/csv", "text/csv"],
  ] as const) {
    const { headers } = await router.get("/v1/costs", { ...admin, accept });
    expect(headers.get("content-type"), accept).toContain(type);
  }
});

const wrong = [
  ["/v1/costs?from=yesterday", "from", "from: given"],
  ["/v1/costs?from=2026-11-29&to=2026-11-28", "to", "to must be later than from"],
  ["/v1/costs?group_by=day,colour", "group_by", "allowed: a list of day, week, month, model"],
  ["/v1/costs?timezone=Mars/Olympus", "timezone", "timezone must be a name such as Europe/Berlin"],
  ["/v1/costs?form=2026-11-29", "form", "form: allowed: the keys from, group_by, tenant, timezone, to"],
  ["/v1/costs/requests?limit=0", "limit", "limit: given"],
  ["/v1/costs/requests?cursor=1", "cursor", "cursor must be what the page before gave as next"],
] as const;

test("a wrong query is refused by its parameter's name", async () => {
  const { router } = await withLedger();
  for (const [path, param, message] of wrong) {
    const refused = await router.get(path);
    expect(refused.status, path).toBe(400);
    const error = await errorOf(refused);
    expect(error).toMatchObject({ code: "invalid_request", param });
    expect(error.message).toContain(message);
  }
});

test("a router without a ledger says how it gets one", async () => {
  const router = await startRouter({ config: moneyConfig() });
  const refused = await router.get("/v1/costs");
  expect(refused.status).toBe(404);
  expect((await errorOf(refused)).message).toContain("set ledger.directory, or DATABASE_URL");
});

test("a ledger whose database is away is a 503 that tells no address", async () => {
  const environment = { DATABASE_URL: "postgresql://me:secret-canary@127.0.0.1:9/ledger" };
  const router = await startRouter({ config: moneyConfig(), environment });
  const refused = await router.get("/v1/costs/requests");
  expect(refused.status).toBe(503);
  const error = await errorOf(refused);
  expect(error).toMatchObject({ code: "unavailable", type: "server_error" });
  expect(error.message).not.toMatch(/127\.0\.0\.1|canary/);
});
