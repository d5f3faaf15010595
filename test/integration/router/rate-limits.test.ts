import Anthropic from "@anthropic-ai/sdk";
import { expect, test } from "vitest";
import { errorOf, key, onChat, pair } from "./support.ts";

const limited = (retryAfter?: string) =>
  ({
    rules: [{ kind: "chat", behaviour: { fault: { type: "status", status: 429, retryAfter } } }],
  }) as Parameters<typeof pair>[0];

test.each([false, true])("where every backend limits us the client is limited too (stream: %s)", async (stream) => {
  const { router, openai, local } = await pair(limited("40"), limited("20"));
  const ask = () => router.chat({ model: "openai", stream });
  const first = await ask();
  expect(first.status).toBe(429);
  expect(first.headers.get("retry-after")).toBe("20");
  const error = await errorOf(first);
  expect(error).toMatchObject({ code: "rate_limited", type: "rate_limit_error" });
  expect(error.message).toContain("openai/big: HTTP 429, too many requests; local/llama3: HTTP 429, too many requests");
  // And again, while both are left alone.
  const second = await ask();
  expect(second.status).toBe(429);
  expect((await errorOf(second)).message).toContain("openai/big: its circuit is open, next probe in 40 s");
  expect([...openai.requests, ...local.requests].filter(({ method }) => method === "POST")).toHaveLength(2);
});

test("a backend that is down beside one that limits us is an outage", async () => {
  const { router } = await pair(limited("40"), onChat({ fault: { type: "status", status: 500 } }));
  const response = await router.chat({ model: "openai" });
  expect(response.status).toBe(503);
  expect((await errorOf(response)).code).toBe("all_backends_down");
});

test("the official client of the Anthropic wire knows it by its class", async () => {
  const { router } = await pair(limited("40"), limited());
  const client = new Anthropic({ apiKey: key.key, baseURL: router.url, maxRetries: 0 });
  const asked = client.messages.create({
    model: "openai",
    max_tokens: 10,
    messages: [{ role: "user", content: "hi" }],
  });
  const error = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Anthropic.RateLimitError);
  expect(error).toMatchObject({ type: "rate_limit_error", error: { error: { code: "rate_limited" } } });
});

test("OpenAI's used-up credit is no limit that a pause would lift: not asked again, and an alert", async () => {
  const spent = onChat({ fault: { type: "status", status: 429, code: "insufficient_quota", retryAfter: "1" } });
  const { router, openai } = await pair(spent, limited("20"), { config: { retries: { max: 2 } } });
  const response = await router.chat({ model: "openai" });
  expect(response.status).toBe(503);
  expect((await errorOf(response)).message).toContain("openai/big: HTTP 429, our credit is used up");
  expect(openai.requests).toHaveLength(1);
  expect(await router.requestLine()).toMatchObject({ level: "error", alerts: [{ backend: "openai" }] });
});
