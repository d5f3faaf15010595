import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import OpenAI from "openai";
import { describe, expect, onTestFinished, test } from "vitest";
import { issueKey } from "../../../runtime/config/index.ts";
import { eventually, until } from "../../support/wait.ts";
import { call } from "../access/support.ts";
import { temporaryFolder } from "../router/process.ts";
import { bearer, chatPath, jsonType, key, says } from "../router/support.ts";
import { adminKey, ask, edgeAndRouter, exact, labKey, type Question, siblingKey, untilHit, worker } from "./support.ts";

/** Requests that a router has seen, by their paths. */
const seen = (output: string): string[] =>
  output
    .split("\n")
    .filter((line) => line.includes('"msg":"request"'))
    .map((line) => (JSON.parse(line) as { path: string }).path);

const told = /^: router .*$/m;

describe("an answer that is asked for again and again", () => {
  test("comes from the edge, as the router would give it, at no cost", async () => {
    const { edge, openai, router } = await edgeAndRouter();
    const questions: Question[] = [
      {},
      { body: { ...exact, stream: true, stream_options: { include_usage: true } } },
      { body: { ...exact, max_tokens: 10 }, path: "/v1/messages" },
      { body: { ...exact, max_tokens: 10, stream: true }, path: "/v1/messages" },
      { body: { model: "openai/big", input: "hello" }, path: "/v1/embeddings" },
    ];
    const names = ["content-type", "x-router-backend", "x-router-model", "x-router-attempts", "x-router-reason"];
    for (const question of questions) {
      const first = await ask(edge.url, question);
      expect([first.status, first.edge, first.headers.get("x-router-cache")]).toEqual([200, "miss", "miss"]);
      const region = await ask(router.url, question);
      const hit = await untilHit(edge.url, question);
      expect(hit.status).toBe(200);
      expect(hit.bytes).toEqual(region.bytes);
      expect(hit.text.replace(told, "")).toBe(first.text.replace(told, ""));
      expect(names.map((name) => hit.headers.get(name))).toEqual(names.map((name) => region.headers.get(name)));
      expect(Object.fromEntries(hit.headers)).toMatchObject({
        age: expect.stringMatching(/^\d+$/),
        "x-router-cache": "hit",
        "x-router-cost-usd": "0.000000000",
        "x-request-id": expect.stringMatching(/^req_[\w-]+$/),
      });
      const again = await untilHit(edge.url, question);
      expect(again.headers.get("x-request-id")).not.toBe(hit.headers.get("x-request-id"));
      for (const { headers } of [first, hit]) expect(headers.get("x-router-edge-terms")).toBeNull();
    }
    expect(openai.requests.length).toBe(questions.length);
  });

  test("is read by the official client", async () => {
    const { edge } = await edgeAndRouter({ script: says("rehearsal one two three") });
    const client = new OpenAI({ baseURL: `${edge.url}/v1`, apiKey: key.key, maxRetries: 0 });
    const asked = () =>
      client.chat.completions.stream({ ...exact, stream_options: { include_usage: true } }).finalChatCompletion();
    const first = await asked();
    const whole = await client.chat.completions.create(exact);
    await untilHit(edge.url, {
      body: { ...exact, stream: true, stream_options: { include_usage: true } },
    });
    await eventually("a whole answer of the edge", async () => {
      const { response } = await client.chat.completions.create(exact).withResponse();
      return response.headers.get("x-router-edge") === "hit";
    });
    expect(await asked()).toEqual(first);
    expect(await client.chat.completions.create(exact)).toEqual(whole);
  });

  test("is in the ledger each time, with what it saved, and counts in limits of rate", async () => {
    const { edge } = await edgeAndRouter({
      config: {
        ledger: { directory: temporaryFolder(), batch: { intervalMs: 20 } },
        rates: { keys: { [siblingKey.id]: { requestsPerMinute: 3 } } },
      },
    });
    const labelled = { headers: { "x-router-feature": "essays" } };
    // While the router reads what was spent before, paid requests are refused.
    const first = await eventually("a first answer", async () => {
      const answer = await ask(edge.url, labelled);
      return answer.status === 200 && answer;
    });
    const cost = Number(first.headers.get("x-router-cost-usd"));
    let requests = 1;
    for (let hits = 0; hits < 3; requests++) if ((await ask(edge.url, labelled)).edge === "hit") hits++;
    const essays = await eventually("all of its rows", async () => {
      const { body } = await call(edge.url, "GET", "/v1/costs?group_by=feature", undefined, adminKey.key);
      const group = body.groups.find(({ feature }: { feature: string }) => feature === "essays");
      return group?.requests === requests && group;
    });
    expect(essays).toMatchObject({ attempts: 1, failed: 0 });
    expect(Number(essays.cache_saved_usd)).toBeCloseTo((requests - 1) * cost, 9);

    // The edge hears from the region that there are no more.
    const limited = await eventually("the region's refusal", async () => {
      const answer = await ask(edge.url, { apiKey: siblingKey.key });
      return answer.status === 429 && answer;
    });
    expect(limited.edge).toBe("miss");
  });
});

describe("the edge keeps nothing", () => {
  test("of a request that is not deterministic, or wishes more than what anybody with its key would get", async () => {
    const { edge } = await edgeAndRouter();
    const questions: Question[] = [
      { body: { model: "openai", messages: exact.messages } },
      { headers: { "cache-control": "no-cache" } },
      { headers: { "x-router-cache": "off" } },
      { headers: { "x-router-sovereign": "true" } },
      { headers: { "idempotency-key": "order 1" } },
      { headers: { "x-router-region": "mars" } },
    ];
    for (const question of questions) {
      for (let i = 0; i < 3; i++)
        expect([question, (await ask(edge.url, question)).edge]).not.toEqual([question, "hit"]);
    }
    expect(await edge.kept()).toEqual([]);
  });

  test.each([
    ["its router does not say so", { config: { cache: { enabled: true } } }],
    ["it is told to keep none", { cacheSeconds: 0 }],
  ])("where %s", async (_what, options) => {
    const { edge, openai } = await edgeAndRouter(options);
    for (let i = 0; i < 4; i++) expect((await ask(edge.url)).edge).not.toBe("hit");
    expect([await edge.kept(), openai.every.length]).toEqual([[], 1]);
  });

  test("that anybody could read: no key, question or answer is in KV, in its names or in what the worker says", async () => {
    const { edge } = await edgeAndRouter({ script: says("rehearsal of a secret answer") });
    const question = { body: { ...exact, messages: [{ role: "user", content: "a secret question" }] } };
    await untilHit(edge.url, question);
    const kept = await edge.kept();
    expect(kept).toHaveLength(1);
    const all = [edge.said(), ...kept.flatMap(({ name, metadata, value }) => [name, JSON.stringify(metadata), value])];
    for (const canary of ["secret", "rehearsal", key.key, key.id, key.sha256, "school"]) {
      expect(all.some((text) => text?.includes(canary))).toBe(false);
    }
    expect(kept[0]?.name).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe("what is kept is given", () => {
  test("to the key that it was given to, and to no other, of the same tenant neither", async () => {
    const { edge, openai } = await edgeAndRouter();
    await untilHit(edge.url);
    for (const [{ key: apiKey }, cache] of [
      [siblingKey, "hit"],
      [labKey, "miss"],
    ] as const) {
      const other = await ask(edge.url, { apiKey });
      expect([other.edge, other.headers.get("x-router-cache")]).toEqual(["miss", cache]);
    }
    const forged = await ask(edge.url, { apiKey: issueKey().key });
    expect([forged.status, forged.edge]).toEqual([401, "miss"]);
    expect(openai.every).toHaveLength(2);
  });

  test("no more once the key is revoked", async () => {
    const { edge } = await edgeAndRouter({ config: { ledger: { directory: temporaryFolder() } } });
    const made = await call(edge.url, "POST", "/admin/keys", { tenant: "school", label: "grader" }, adminKey.key);
    const { key: apiKey, id } = made.body as { key: string; id: string };
    await untilHit(edge.url, { apiKey });
    expect((await call(edge.url, "DELETE", `/admin/keys/${id}`, undefined, adminKey.key)).status).toBeLessThan(300);
    const refused = await eventually("a refusal", async () => {
      const answer = await ask(edge.url, { apiKey });
      return answer.status === 401 && answer;
    });
    expect(refused.text).toContain("revoked");
    for (let i = 0; i < 3; i++) expect((await ask(edge.url, { apiKey })).status).toBe(401);
  });

  test("no more once the tenant's answers are forgotten", async () => {
    const { edge, openai } = await edgeAndRouter();
    await untilHit(edge.url);
    const path = "/admin/tenants/school/answers";
    expect((await call(edge.url, "DELETE", path, undefined, adminKey.key)).status).toBe(200);
    openai.setScript(says("rehearsal of another answer"));
    const anew = await eventually("an answer that was not there before", async () => {
      const answer = await ask(edge.url);
      return answer.text.includes("another") && answer;
    });
    expect(anew.headers.get("x-router-cache")).toBe("miss");
    expect((await untilHit(edge.url)).text).toContain("another");
  });

  test("no longer than a region's word is good, where no region can be asked", async () => {
    const { edge, router } = await edgeAndRouter({ confirmSeconds: 2 });
    await untilHit(edge.url);
    await router.kill();
    const refused = await eventually("an end", async () => {
      const answer = await ask(edge.url);
      return answer.edge === "miss" && answer;
    });
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(JSON.parse(refused.text)).toMatchObject({ error: { code: "unavailable", type: "server_error" } });
  });
});

describe("what is no key", () => {
  const shown: [string, Record<string, string>][] = [
    ["none", {}],
    ["one of another maker", { authorization: "Bearer sk-0123456789012345678901234567890123456789" }],
    ["one that is cut off", { authorization: `Bearer ${key.key.slice(0, 20)}` }],
    ["no bearer", { authorization: `Basic ${key.key}` }],
    ["Anthropic's header with another", { "x-api-key": "sk-ant-0123456789" }],
  ];
  const paths: [string, string][] = [
    ["POST", chatPath],
    ["POST", "/v1/messages"],
    ["GET", "/v1/costs"],
    ["GET", "/admin/keys"],
  ];

  test("is refused without a region, in the words and the form of the router", async () => {
    const { edge, router } = await edgeAndRouter();
    const asked = async (url: string, method: string, path: string, headers: Record<string, string>) => {
      const named = { ...headers, ...jsonType, "x-request-id": "the-same" };
      const response = await fetch(url + path, {
        method,
        headers: named,
        ...(method === "POST" ? { body: "{}" } : {}),
      });
      const names = ["content-type", "www-authenticate", "x-request-id"];
      const { status } = response;
      return { status, headers: names.map((name) => response.headers.get(name)), body: await response.text() };
    };
    const cases = paths.flatMap(([method, path]) => shown.map(([, headers]) => [method, path, headers] as const));
    const refused = await Promise.all(cases.map((one) => asked(edge.url, ...one)));
    await ask(edge.url);
    await until(() => seen(router.output()).length > 0);
    expect(seen(router.output())).toEqual([chatPath]);
    expect(refused).toEqual(await Promise.all(cases.map((one) => asked(router.url, ...one))));
    expect(refused.every(({ status }) => status === 401)).toBe(true);
  });

  test("is not asked for where none is needed", async () => {
    const { edge, router } = await edgeAndRouter();
    for (const path of ["/livez", "/readyz", "/openapi.json", "/dashboard"]) {
      const [one, other] = await Promise.all([fetch(edge.url + path), fetch(router.url + path)]);
      expect([path, one.status, await one.text()]).toEqual([path, other.status, await other.text()]);
    }
  });
});

/** Whatever a test needs of an origin that no router does. */
async function origin(handler: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(handler).listen(0, "127.0.0.1");
  await until(() => server.listening);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("all else is passed on", () => {
  test("as it is, both ways, whatever bytes it has", async () => {
    const bytes = Buffer.from(Array.from({ length: 700_000 }, (_, index) => (index * 7) % 256));
    const url = await origin(async (incoming, outgoing) => {
      const parts: Buffer[] = [];
      for await (const part of incoming) parts.push(part as Buffer);
      const { "x-mine": mine = "", "content-type": type = "" } = incoming.headers;
      outgoing.writeHead(418, { "content-type": type, "x-mine": mine, "x-url": incoming.url ?? "" });
      outgoing.end(Buffer.concat(parts));
    });
    const edge = await worker(url);
    const response = await fetch(`${edge.url}/v1/some/thing?with=a%20query`, {
      method: "PUT",
      headers: {
        ...bearer,
        "content-type": "application/octet-stream",
        "x-mine": "a value",
        "accept-encoding": "identity",
      },
      body: bytes,
    });
    expect([response.status, response.headers.get("x-mine"), response.headers.get("x-url")]).toEqual([
      418,
      "a value",
      "/v1/some/thing?with=a%20query",
    ]);
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
  });

  test("as it comes: an event is there before the next one is made", async () => {
    const script = { rules: [{ behaviour: { text: "rehearsal one two", fault: { type: "stall", afterEvents: 2 } } }] };
    const { edge } = await edgeAndRouter({ script: script as never });
    const leaving = new AbortController();
    const response = await fetch(edge.url + chatPath, {
      method: "POST",
      headers: { ...bearer, ...jsonType },
      body: JSON.stringify({ ...exact, stream: true }),
      signal: leaving.signal,
    });
    const { value } = (await response.body?.getReader().read()) ?? {};
    expect(Buffer.from(value ?? []).toString()).toContain("data: ");
    leaving.abort();
  });

  test("and no longer than its client is there", async () => {
    const open = new Set<string>();
    const url = await origin((incoming, outgoing) => {
      const { url: path = "" } = incoming;
      open.add(path);
      outgoing.once("close", () => open.delete(path));
      if (!path.startsWith("/v1/streaming")) return;
      outgoing.writeHead(200, { "content-type": "text/event-stream" });
      const more = setInterval(() => outgoing.write("data: more\n\n"), 20);
      outgoing.once("close", () => clearInterval(more));
    });
    const edge = await worker(url);
    for (const path of ["/v1/silent", "/v1/streaming"]) {
      const asked = request(edge.url + path, { headers: bearer });
      asked.on("error", () => {});
      if (path === "/v1/streaming") asked.on("response", (response) => response.resume());
      asked.end();
      await eventually(`the request of ${path}`, () => open.has(path));
      // By a reset: workerd's own listener notices nothing less before an answer begins; Cloudflare's is another.
      asked.socket?.resetAndDestroy();
      await eventually(`the end of ${path}`, () => !open.has(path));
    }
  });

  test("and is never kept: what an administrator asks goes to the region each time", async () => {
    const { edge, router } = await edgeAndRouter({ config: { ledger: { directory: temporaryFolder() } } });
    for (let i = 0; i < 3; i++) {
      const response = await fetch(`${edge.url}/admin/keys`, { headers: { authorization: `Bearer ${adminKey.key}` } });
      expect([response.status, response.headers.get("x-router-edge")]).toEqual([200, "pass"]);
    }
    await until(() => seen(router.output()).length === 3);
    expect(await edge.kept()).toEqual([]);
  });

  test("also where KV fails, and that is told", async () => {
    const { edge, openai } = await edgeAndRouter({ keeps: false });
    for (let i = 0; i < 4; i++) {
      const answer = await ask(edge.url);
      expect([answer.status, answer.edge]).toEqual([200, "miss"]);
      await sleep(50);
    }
    expect(openai.every).toHaveLength(1);
    await until(() => edge.said().includes("edge: could not"));
    expect(edge.said()).not.toContain(key.key);
  });
});
