import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { describe, expect, test } from "vitest";
import type { RouterConfigInput } from "../../../runtime/config/index.ts";
import { until } from "../../support/wait.ts";
import { adminKey, as, labKey, moneyConfig, withLedger } from "./money.ts";
import { bearer, chatPath, key, onChat, pair, says, type TestRouter } from "./support.ts";

const messages = [{ role: "user" as const, content: "hello" }];
const exact = { model: "openai", messages, temperature: 0 };
const enabled: RouterConfigInput = { cache: { enabled: true } };
const caching = (more: RouterConfigInput["cache"] = {}) => moneyConfig({ cache: { enabled: true, ...more } });
const started = (script = says("rehearsal one two"), config: RouterConfigInput = caching()) =>
  pair(script, {}, { config });

const cacheOf = ({ headers }: Response): string | null => headers.get("x-router-cache");
/** Asks, reads to the end, and says what the cache had. */
async function asked(router: TestRouter, body: object = exact, headers: Record<string, string> = {}, path = chatPath) {
  const response = await router.post(path, body, headers);
  return { response, text: await response.text(), cache: cacheOf(response) };
}
const twice = async (router: TestRouter, body: object = exact, headers: Record<string, string> = {}) => [
  (await asked(router, body, headers)).cache,
  (await asked(router, body, headers)).cache,
];

describe.each<[string, string, object]>([
  ["a chat", chatPath, exact],
  ["a stream", chatPath, { ...exact, stream: true }],
  ["a stream with its usage", chatPath, { ...exact, stream: true, stream_options: { include_usage: true } }],
  ["Anthropic's chat", "/v1/messages", { ...exact, max_tokens: 10 }],
  ["Anthropic's stream", "/v1/messages", { ...exact, max_tokens: 10, stream: true }],
  ["a foreign backend's stream", chatPath, { ...exact, model: "local", stream: true }],
  ["vectors", "/v1/embeddings", { model: "openai/big", input: "hello" }],
])("%s that was asked for before", (_what, path, body) => {
  test("is given again, at no cost and without a provider", async () => {
    const { router, openai, local } = await started();
    const first = await asked(router, body, {}, path);
    expect(first.response.status, first.text).toBe(200);
    expect([first.cache, first.response.headers.get("age")]).toEqual(["miss", null]);
    const again = await asked(router, Object.fromEntries(Object.entries(body).reverse()), {}, path);
    expect(again.cache).toBe("hit");
    expect(again.response.headers.get("content-type")).toBe(first.response.headers.get("content-type"));
    expect(Object.fromEntries(again.response.headers)).toMatchObject({
      age: expect.stringMatching(/^\d+$/),
      "x-router-cost-usd": "0.000000000",
      "x-router-attempts": "0",
      "x-router-backend": first.response.headers.get("x-router-backend"),
      "x-router-model": first.response.headers.get("x-router-model"),
    });
    const comment = /^: router (.*)$/gm;
    expect(again.text.replace(comment, "")).toBe(first.text.replace(comment, ""));
    const told = (text: string) => [...text.matchAll(comment)].map(([, json]) => JSON.parse(json ?? "") as object);
    const stream = "stream" in body;
    expect(told(again.text)).toEqual(
      stream ? [expect.objectContaining({ cost_usd: 0, attempts: 0, cache: "hit" })] : [],
    );
    expect(told(first.text)).toEqual(stream ? [expect.objectContaining({ attempts: 1, cache: "miss" })] : []);
    expect(openai.requests.length + local.requests.length).toBe(1);
  });
});

describe("nothing is cached", () => {
  test("where it is not configured", async () => {
    const { router, openai } = await started(says("rehearsal"), moneyConfig());
    expect(await twice(router, exact, { "x-router-cache": "on" })).toEqual([null, null]);
    expect(openai.requests).toHaveLength(2);
  });

  test.each<[string, object, Record<string, string>?]>([
    ["that is not deterministic", { model: "openai", messages }],
    ["that does something", { ...exact, store: true }],
    ["that wishes otherwise", exact, { "x-router-cache": "off" }],
    ["that wishes otherwise by HTTP", exact, { "cache-control": "no-store" }],
  ])("of a request %s", async (_what, body, headers) => {
    const { router, openai } = await started();
    expect(await twice(router, body, headers)).toEqual([null, null]);
    expect(openai.requests).toHaveLength(2);
  });

  test.each<[string, object, RouterConfigInput?]>([
    ["was filtered", { text: "rehearsal", finishReason: "content_filter" }],
    ["failed", { fault: { type: "status", status: 400 } }],
    [
      "broke off",
      { text: "rehearsal one two", fault: { type: "cut", afterEvents: 2 } },
      { streaming: { onBreak: "error" } },
    ],
  ])("of an answer that %s", async (_what, behaviour, more) => {
    const { router, openai } = await started(onChat(behaviour) as never, { ...caching(), ...more });
    expect(await twice(router, { ...exact, stream: true })).toEqual(["miss", "miss"]);
    expect(openai.requests).toHaveLength(2);
  });

  test("of an answer that another model gave while the one that was meant was away", async () => {
    const { router, openai, local } = await started(onChat({ fault: { type: "status", status: 500 } }) as never);
    expect((await asked(router)).response.headers.get("x-router-backend")).toBe("local");
    openai.setScript(says("rehearsal of the model that was meant"));
    const { cache, text } = await asked(router);
    expect(cache).toBe("miss");
    expect(text).toContain("that was meant");
    expect(local.requests).toHaveLength(1);
  });

  test("of an answer whose client went away", async () => {
    const { router, openai } = await started(
      onChat({ text: "rehearsal one two", fault: { type: "stall", afterEvents: 1 } }) as never,
    );
    const leaving = new AbortController();
    const response = await fetch(router.url + chatPath, {
      method: "POST",
      headers: { ...bearer, "content-type": "application/json" },
      body: JSON.stringify({ ...exact, stream: true }),
      signal: leaving.signal,
    });
    await response.body?.getReader().read();
    leaving.abort();
    await until(() => openai.requests[0]?.state === "aborted");
    openai.setScript(says("rehearsal well"));
    expect((await asked(router, { ...exact, stream: true })).text).toContain("well");
  });

  test("of a route that tells its cost in its body", async () => {
    const { router } = await started(says("rehearsal"), caching({ when: "always" }));
    const prompt = { prompt: "hello", preferred_model: "openai" };
    for (let i = 0; i < 2; i++) expect((await asked(router, prompt, {}, "/v1/route")).cache).toBeNull();
  });
});

test("a request may ask for it where it is not deterministic, and the configuration may ask for all", async () => {
  const loose = { model: "openai", messages };
  const { router } = await started();
  expect(await twice(router, loose, { "x-router-cache": "on" })).toEqual(["miss", "hit"]);
  const all = await started(says("rehearsal"), caching({ when: "always" }));
  expect(await twice(all.router, loose)).toEqual(["miss", "hit"]);
  const some = await started(says("rehearsal"), caching({ when: "asked" }));
  expect(await twice(some.router)).toEqual([null, null]);
});

test("no-cache asks anew and keeps that, max-age takes nothing older", async () => {
  const { router, openai } = await started(says("rehearsal old"));
  await asked(router);
  openai.setScript(says("rehearsal new"));
  expect((await asked(router, exact, { "cache-control": "no-cache" })).cache).toBe("miss");
  const again = await asked(router);
  expect([again.cache, again.text.includes("new")]).toEqual(["hit", true]);
  await new Promise((resume) => setTimeout(resume, 5));
  expect((await asked(router, exact, { "cache-control": "max-age=0" })).cache).toBe("miss");
  expect((await asked(router, exact, { "cache-control": "max-age=60" })).cache).toBe("hit");
  const wrong = await router.post(chatPath, exact, { "x-router-cache": "please" });
  expect([wrong.status, (await wrong.json()) as object]).toMatchObject([400, { error: { param: "x-router-cache" } }]);
});

test("an answer is its tenant's, whichever of its keys asks; tenants that are not named have none", async () => {
  const { router } = await started(says("rehearsal"), { ...caching() });
  await asked(router);
  expect((await asked(router, exact, as(labKey))).cache).toBe("miss");
  expect((await asked(router, exact, as(adminKey))).cache).toBe("miss");
  const one = await started(says("rehearsal"), caching({ tenants: ["lab"] }));
  expect(await twice(one.router)).toEqual([null, null]);
  expect(await twice(one.router, exact, as(labKey))).toEqual(["miss", "hit"]);
});

test("an answer that a sovereign request may not have is not given to it", async () => {
  const { router } = await started();
  await asked(router, { ...exact, model: "auto" });
  const sovereign = await asked(router, { ...exact, model: "auto" }, { "x-router-sovereign": "true" });
  expect([sovereign.cache, sovereign.response.headers.get("x-router-backend")]).toEqual(["miss", "local"]);
  const refused = await asked(router, exact, { "x-router-sovereign": "true" });
  expect(refused.response.status).toBe(403);
});

test("an answer larger than its bound is sent and not kept", async () => {
  const long = `rehearsal ${"word ".repeat(2_000)}`;
  const { router, openai } = await started(says(long), caching({ maxEntryBytes: 4_096 }));
  for (const stream of [false, true]) {
    expect(await twice(router, { ...exact, stream, max_tokens: 5_000 })).toEqual(["miss", "miss"]);
  }
  expect(openai.requests).toHaveLength(4);
});

test("the same requests at once ask once, where they may wait, and each by itself where not", async () => {
  const slow = says("rehearsal", { firstTokenMs: 300 });
  const waiting = await started(slow, caching({ waitMs: 20_000 }));
  const seen = await Promise.all(Array.from({ length: 10 }, () => asked(waiting.router)));
  expect(seen.map(({ cache }) => cache).sort()).toEqual([...Array(9).fill("hit"), "miss"]);
  expect(waiting.openai.requests).toHaveLength(1);
  const each = await started(slow);
  await Promise.all(Array.from({ length: 3 }, () => asked(each.router)));
  expect(each.openai.requests).toHaveLength(3);
  const impatient = await started(says("rehearsal", { firstTokenMs: 600 }), caching({ waitMs: 50 }));
  await Promise.all(Array.from({ length: 2 }, () => asked(impatient.router)));
  expect(impatient.openai.requests).toHaveLength(2);
});

test("who waits for one that failed asks in its place", async () => {
  const script = {
    rules: [
      { times: 1, behaviour: { firstTokenMs: 200, fault: { type: "status", status: 400 } } },
      { behaviour: { text: "rehearsal well" } },
    ],
  };
  const { router, openai } = await started(script as never, caching({ waitMs: 20_000 }));
  const first = asked(router);
  await until(() => openai.requests.length === 1);
  const second = await asked(router);
  expect((await first).response.status).toBe(400);
  expect([second.response.status, second.cache]).toEqual([200, "miss"]);
  expect((await asked(router)).cache).toBe("hit");
});

/** Until then paid models are passed over. */
const ledgerRead = (router: TestRouter) => until(() => router.spending.loading === undefined);

describe("the money of a hit", () => {
  test("is none: no budget is asked or touched, and what it saved is in the ledger, to the nano-dollar", async () => {
    const { router } = await withLedger({ ...enabled });
    await ledgerRead(router);
    const status = async () => (await router.spending.store.status("stack", {}, Date.now()))?.day;
    const cost = (await asked(router)).response.headers.get("x-router-cost-usd") ?? "";
    await asked(router, { model: "openai/big", input: "hello" }, {}, "/v1/embeddings");
    const before = await status();
    for (let i = 0; i < 3; i++)
      expect((await asked(router, exact, { "x-router-feature": "essays" })).cache).toBe("hit");
    expect((await asked(router, { model: "openai/big", input: "hello" }, {}, "/v1/embeddings")).cache).toBe("hit");
    expect(await status()).toEqual(before);
    type Figures = {
      requests: number;
      attempts: number;
      failed: number;
      cost_usd: string;
      cache_saved_usd: string;
      input_tokens: number;
    };
    const costs = async (query: string) =>
      (await (await router.get(`/v1/costs?group_by=${query}`, as(adminKey))).json()) as {
        total: Figures;
        groups: Figures[];
      };
    await until(async () => (await costs("day")).total.requests === 6);
    const { total } = await costs("day");
    const nano = (usd: string) => BigInt(usd.replace(".", ""));
    expect(total).toMatchObject({ attempts: 2, failed: 0 });
    expect(nano(total.cost_usd)).toBe(BigInt(before?.spent ?? 0));
    const [, embedded] = (await costs("day")).groups;
    expect(embedded).toBeUndefined();
    const essays = (await costs("feature")).groups.find(
      (group) => (group as unknown as { feature: string }).feature === "essays",
    );
    expect(essays).toMatchObject({ requests: 3, attempts: 0, input_tokens: 0, cost_usd: "0.000000000" });
    expect(nano(essays?.cache_saved_usd ?? "")).toBe(3n * nano(cost));
    const listed = (await (await router.get("/v1/costs/requests?limit=1", as(adminKey))).json()) as {
      requests: { attempts: object[] }[];
    };
    expect(listed.requests[0]?.attempts).toMatchObject([
      { outcome: "cached", cause: "cache", number: 0, operation: "embeddings", cost_usd: "0.000000000" },
    ]);
  });

  test("is none also where the budget is spent", async () => {
    const { router } = await started(says("rehearsal"), { ...caching(), budgets: { stack: { day: 4.3 } } });
    expect((await asked(router)).response.status).toBe(200);
    const others = { ...exact, messages: [{ role: "user", content: "another" }], max_tokens: 4_096 };
    let status = 200;
    for (let i = 0; i < 5_000 && status === 200; i++)
      status = (await asked(router, others, { "x-router-cache": "off" })).response.status;
    expect(status).toBe(402);
    expect((await asked(router)).cache).toBe("hit");
  });

  test("an idempotency key of a hit is kept like any other", async () => {
    const { router, openai } = await started();
    await asked(router);
    const once = { "idempotency-key": "k" };
    const hit = await asked(router, exact, once);
    const again = await asked(router, exact, once);
    expect([hit.cache, again.response.headers.get("x-router-replayed")]).toEqual(["hit", "true"]);
    expect(again.text).toBe(hit.text);
    expect(openai.requests).toHaveLength(1);
  });
});

test("what auto saves against always the primary is in the ledger", async () => {
  const { router } = await withLedger({
    prices: { "openai/big": { input: 1_000, output: 1_000 }, "openai/small": { input: 250, output: 250 } },
    failoverChain: ["openai", "local"],
    arbitrage: { tiers: { small: "openai/small", medium: "openai/small", large: "openai/small" } },
  });
  await ledgerRead(router);
  const response = await router.chat({ model: "auto" });
  const { usage } = (await response.json()) as { usage: { total_tokens: number } };
  expect(response.headers.get("x-router-model")).toBe("small");
  await router.chat({ model: "openai" });
  type Costs = { total: { requests: number; arbitrage_saved_usd: string } };
  const total = async () => ((await (await router.get("/v1/costs", as(adminKey))).json()) as Costs).total;
  await until(async () => (await total()).requests === 2);
  expect((await total()).arbitrage_saved_usd).toBe((usage.total_tokens * 0.000_75).toFixed(9));
});

test("the log and the metrics tell hits, misses and what was saved", async () => {
  const { router } = await started();
  await twice(router);
  await until(() => router.log.filter(({ msg }) => msg === "request").length === 2);
  const lines = router.log.filter(({ msg }) => msg === "request");
  expect(lines).toMatchObject([
    { cache: "miss", outcome: "answered", attempts: 1 },
    { cache: "hit", outcome: "answered", attempts: 0, backend: "openai", cost_usd: 0 },
  ]);
  const metrics = await (await fetch(`${router.url}/metrics`)).text();
  expect(metrics).toContain('hybrid_llm_cache_requests_total{result="hit"} 1');
  expect(metrics).toContain('hybrid_llm_cache_requests_total{result="miss"} 1');
  expect(Number(/^hybrid_llm_cache_saved_usd_total (\S+)$/m.exec(metrics)?.[1])).toBeGreaterThan(0);
});

describe("an edge", () => {
  const hits = "/v1/cache/hits";
  const termsOf = ({ headers }: Response) => headers.get("x-router-edge-terms");
  const told = (answer: string) => ({ route: chatPath, answer, latency_ms: 3 });

  test("is told what it may keep, and for how long, once an answer was asked for again; another era, once it is forgotten", async () => {
    const { router } = await started(says("rehearsal"), caching({ edgeTtlMs: 120_000, ttlMs: 60_000 }));
    const [first, again] = [await asked(router), await asked(router)];
    const generation = /^generation=([0-9a-f]{32})$/.exec(termsOf(first.response) ?? "")?.[1];
    const [, kept, seconds, answer = ""] =
      /^generation=(.*); keep=(.*); answer=([0-9a-f]{64})$/.exec(termsOf(again.response) ?? "") ?? [];
    expect(kept).toBe(generation);
    // No longer than the router itself keeps it.
    expect(Number(seconds)).toBeGreaterThan(0);
    expect(Number(seconds)).toBeLessThanOrEqual(60);
    const other = await asked(router, exact, as(labKey));
    expect(termsOf(other.response)).not.toContain(generation);

    const noted = await router.post(hits, told(answer));
    expect([noted.status, termsOf(noted)]).toEqual([204, `generation=${generation}`]);
    expect((await router.post(hits, told(answer), as(labKey))).status).toBe(404);
    expect((await router.post(hits, told("0".repeat(64)))).status).toBe(404);
    expect((await router.post(hits, { ...told(answer), route: "/v1/route" })).status).toBe(400);

    const forget = { method: "DELETE", headers: as(adminKey) };
    await fetch(`${router.url}/admin/tenants/school/answers`, forget);
    expect((await router.post(hits, told(answer))).status).toBe(404);
    const anew = termsOf((await asked(router)).response);
    expect(anew).toMatch(/^generation=[0-9a-f]{32}$/);
    expect(anew).not.toContain(generation);
  });

  test("is told nothing where it may keep nothing: by default, and of what only backends of our own may answer", async () => {
    const plain = await started();
    expect(
      await Promise.all([asked(plain.router), asked(plain.router)].map(async (one) => termsOf((await one).response))),
    ).toEqual([null, null]);
    const { router } = await started(says("rehearsal"), caching({ edgeTtlMs: 60_000 }));
    const sovereign = { "x-router-sovereign": "true" };
    for (let i = 0; i < 2; i++) {
      const { response, cache } = await asked(router, { ...exact, model: "local" }, sovereign);
      expect([response.status, cache, termsOf(response)]).toEqual([200, i === 0 ? "miss" : "hit", null]);
    }
  });
});

describe("the official clients read a hit like any answer:", () => {
  test("OpenAI's", async () => {
    const script = says("rehearsal one two", { toolCalls: [{ name: "find", arguments: { what: "x" } }] });
    const { router, openai } = await started(script);
    const client = new OpenAI({ baseURL: `${router.url}/v1`, apiKey: key.key, maxRetries: 0 });
    const ask = async () => {
      const stream = client.chat.completions.stream({
        model: "openai",
        messages,
        temperature: 0,
        stream_options: { include_usage: true },
      });
      return stream.finalChatCompletion();
    };
    const first = await ask();
    expect(await ask()).toEqual(first);
    expect(first.usage?.total_tokens).toBeGreaterThan(0);
    const vectors = () => client.embeddings.create({ model: "openai/big", input: ["a", "b"] });
    expect(await vectors()).toEqual(await vectors());
    expect(openai.requests).toHaveLength(2);
  });

  test("Anthropic's", async () => {
    const { router, openai } = await started();
    const client = new Anthropic({ baseURL: router.url, apiKey: key.key, maxRetries: 0 });
    const ask = () =>
      client.messages
        .stream({ model: "openai", max_tokens: 50, messages }, { headers: { "x-router-cache": "on" } })
        .finalMessage();
    const first = await ask();
    expect(await ask()).toEqual(first);
    expect(first.content).toMatchObject([{ type: "text", text: "rehearsal one two" }]);
    expect(openai.requests).toHaveLength(1);
  });
});
