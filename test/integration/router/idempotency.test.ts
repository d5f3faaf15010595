import { describe, expect, test } from "vitest";
import { issueKey, type RouterConfigInput } from "../../../runtime/config/index.ts";
import { until } from "../../support/wait.ts";
import { chatPath, errorOf, key, onChat, pair, says } from "./support.ts";

const messages = [{ role: "user", content: "hello" }];
const once = { "idempotency-key": "order 17" };
const other = [{ role: "user", content: "something else" }];
const requests: [path: string, body: object, change: object][] = [
  [chatPath, { model: "openai", messages }, { messages: other }],
  [chatPath, { model: "openai", messages, stream: true }, { stream: false }],
  ["/v1/messages", { model: "openai", messages, max_tokens: 10 }, { max_tokens: 11 }],
  ["/v1/messages", { model: "openai", messages, max_tokens: 10, stream: true }, { messages: other }],
  ["/v1/embeddings", { model: "openai/big", input: "hello" }, { input: ["hello"] }],
  ["/v1/route", { prompt: "hello", preferred_model: "openai" }, { prompt: "bye" }],
];

const routerHeadersOf = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith("x-router-") || name === "content-type"));

describe.each(requests)("a repeat of a finished request to %s %j", (path, body, change) => {
  test("gets the same answer, and no provider is asked", async () => {
    const { router, openai } = await pair(says("rehearsal one two"));
    const first = await router.post(path, body, once);
    const text = await first.text();
    expect(first.headers.has("x-router-replayed")).toBe(false);
    const again = await router.post(path, Object.fromEntries(Object.entries(body).reverse()), once);
    expect(again.status).toBe(200);
    expect(routerHeadersOf(again)).toEqual({ ...routerHeadersOf(first), "x-router-replayed": "true" });
    expect(await again.text()).toBe(text);
    expect(again.headers.get("x-request-id")).not.toBe(first.headers.get("x-request-id"));
    expect(openai.requests).toHaveLength(1);
  });

  test("has a key that no other request may have", async () => {
    const { router, openai } = await pair({});
    await (await router.post(path, body, once)).text();
    const elsewhere = path === chatPath ? "/v1/messages" : chatPath;
    const others: [path: string, body: object, headers?: Record<string, string>][] = [
      [path, { ...body, ...change }],
      [elsewhere, { ...body, model: "openai", messages, max_tokens: 10 }],
      [path, body, { "x-router-sovereign": "false" }],
    ];
    for (const [otherPath, otherBody, headers] of others) {
      const response = await router.post(otherPath, otherBody, { ...once, ...headers });
      expect(response.status).toBe(400);
      expect(await errorOf(response)).toMatchObject({
        code: "invalid_request",
        param: "idempotency-key",
        message: expect.stringContaining("another request had this key"),
      });
    }
    expect(openai.requests).toHaveLength(1);
  });
});

test("without a key each request is one of its own", async () => {
  const { router, openai } = await pair({});
  for (let i = 0; i < 2; i++) await router.chat({ model: "openai" });
  expect(openai.requests).toHaveLength(2);
});

test.each([false, true])(
  "while the first is answered its repeat is refused, not asked twice (stream: %s)",
  async (stream) => {
    const { router, openai } = await pair(onChat({ text: "rehearsal of a slow answer", gapMs: 100 }));
    const first = router.chat({ model: "openai", stream }, once);
    await until(() => openai.requests.length === 1);
    const second = await router.chat({ model: "openai", stream }, once);
    expect(second.status).toBe(409);
    expect(second.headers.get("retry-after")).toBe("1");
    expect(await errorOf(second)).toMatchObject({ code: "request_running", param: "idempotency-key" });
    const text = await (await first).text();
    expect(await (await router.chat({ model: "openai", stream }, once)).text()).toBe(text);
    expect(openai.requests).toHaveLength(1);
  },
);

describe("a request that was not answered whole is tried anew:", () => {
  const alone: RouterConfigInput = { failoverChain: ["openai"] };

  test.each([
    ["one that failed", { fault: { type: "status", status: 500 } }, 503],
    ["one that the provider refused", { fault: { type: "status", status: 400 } }, 400],
  ])("%s", async (_what, behaviour, status) => {
    const { router, openai } = await pair(onChat(behaviour), {}, { config: alone });
    expect((await router.chat({ model: "openai" }, once)).status).toBe(status);
    openai.setScript(says("rehearsal well"));
    const again = await router.chat({ model: "openai" }, once);
    expect(again.status).toBe(200);
    expect(again.headers.has("x-router-replayed")).toBe(false);
  });

  test("a stream that broke off", async () => {
    const config: RouterConfigInput = { ...alone, streaming: { onBreak: "error" } };
    const cut = onChat({ text: "rehearsal one two three", fault: { type: "cut", afterEvents: 2 } });
    const { router, openai } = await pair(cut, {}, { config });
    expect(await (await router.chat({ model: "openai", stream: true }, once)).text()).toContain("broke off");
    openai.setScript(says("rehearsal well"));
    const again = await (await router.chat({ model: "openai", stream: true }, once)).text();
    expect(again).toContain("[DONE]");
    expect(again).not.toContain("broke off");
  });

  test.each([false, true])("one whose client went away (stream: %s)", async (stream) => {
    const { router, openai } = await pair(
      onChat({ text: "rehearsal one two", fault: { type: "stall", afterEvents: 1 } }),
    );
    const client = new AbortController();
    const headers = { authorization: `Bearer ${key.key}`, "content-type": "application/json", ...once };
    const body = JSON.stringify({ model: "openai", messages, stream });
    const asked = fetch(router.url + chatPath, { method: "POST", headers, body, signal: client.signal });
    if (stream) {
      const reader = (await asked).body?.getReader();
      await reader?.read();
    } else asked.catch(() => {});
    await until(() => openai.requests.length === 1);
    client.abort();
    await until(() => openai.requests[0]?.state === "aborted");
    openai.setScript(says("rehearsal well"));
    await until(async () => (await router.chat({ model: "openai", stream }, once)).status === 200);
    expect(openai.requests).toHaveLength(2);
  });
});

test("an answer that went on at another backend is kept as it was sent", async () => {
  const cut = onChat({ text: "rehearsal one two three", fault: { type: "cut", afterEvents: 2 } });
  const { router, openai, local } = await pair(
    cut,
    says("rehearsal one two three", { prefill: "continue", resume: "continue" }),
  );
  const ask = async () => (await router.chat({ model: "openai", stream: true }, once)).text();
  const first = await ask();
  expect(first).toContain('"attempts":2');
  expect(await ask()).toBe(first);
  expect([openai.requests.length, local.requests.length]).toEqual([1, 1]);
});

test("a key is its owner's: another tenant, or another key of the same one, shares nothing", async () => {
  const others = [issueKey(), issueKey()] as const;
  const keys = [
    { id: key.id, sha256: key.sha256, tenant: "school" },
    { id: others[0].id, sha256: others[0].sha256, tenant: "bank" },
    { id: others[1].id, sha256: others[1].sha256, tenant: "school" },
  ];
  const { router, openai } = await pair({}, {}, { config: { keys } });
  for (const one of [key, ...others]) {
    const response = await router.chat({ model: "openai" }, { ...once, authorization: `Bearer ${one.key}` });
    expect(response.headers.has("x-router-replayed")).toBe(false);
  }
  expect(openai.requests).toHaveLength(3);
});

test.each(["", "x".repeat(256), "caf\u00e9"])("a key that is none (%j) is a 400 that names it", async (wrong) => {
  const { router, openai } = await pair({});
  const response = await router.chat({ model: "openai" }, { "idempotency-key": wrong });
  expect(response.status).toBe(400);
  expect(await errorOf(response)).toMatchObject({ code: "invalid_request", param: "idempotency-key" });
  expect(openai.requests).toEqual([]);
});

test("an answer that is larger than its share is sent, and not kept", async () => {
  const long = `rehearsal ${"word ".repeat(40_000)}`;
  const { router, openai } = await pair(says(long), {}, { config: { idempotency: { maxBytes: 1_048_576 } } });
  for (const stream of [false, true]) {
    for (let i = 0; i < 2; i++) {
      const asked = { model: "openai", max_tokens: 50_000, stream };
      const response = await router.chat(asked, { "idempotency-key": `large ${stream}` });
      expect(response.status).toBe(200);
      expect((await response.text()).length).toBeGreaterThan(200_000);
    }
  }
  expect(openai.requests).toHaveLength(4);
});

test("the log tells a replay from an answer", async () => {
  const { router } = await pair({});
  for (let i = 0; i < 2; i++) await (await router.chat({ model: "openai" }, once)).text();
  await until(() => router.log.filter(({ msg }) => msg === "request").length === 2);
  const outcomes = router.log
    .filter(({ msg }) => msg === "request")
    .map(({ outcome, attempts }) => [outcome, attempts]);
  expect(outcomes).toEqual([
    ["answered", 1],
    ["replayed", 0],
  ]);
});
