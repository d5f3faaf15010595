import { describe, expect, test } from "vitest";
import type { RouterConfigInput } from "../../../runtime/config/index.ts";
import { issueKey } from "../../../runtime/config/index.ts";
import { errorOf, key, pair, says } from "./support.ts";

const rated = (rates: RouterConfigInput["rates"], more: RouterConfigInput = {}) =>
  pair(says("rehearsal answer"), {}, { config: { rates, ...more } });

test("a key that asks too often is told when to come back, and no provider hears of it", async () => {
  const { router, openai } = await rated({ default: { requestsPerMinute: 2 } });
  const first = await router.chat({ model: "openai" });
  expect(first.headers.get("x-ratelimit-limit-requests")).toBe("2");
  expect(first.headers.get("x-ratelimit-remaining-requests")).toBe("1");
  expect(first.headers.get("x-ratelimit-reset-requests")).toMatch(/^\d+\.\d{3}s$/);
  expect((await router.chat({ model: "openai", stream: true })).headers.get("x-ratelimit-remaining-requests")).toBe(
    "0",
  );
  const third = await router.chat({ model: "openai" });
  expect(third.status).toBe(429);
  expect(Number(third.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(third.headers.get("x-ratelimit-remaining-requests")).toBe("0");
  expect(await errorOf(third)).toMatchObject({
    code: "rate_limited",
    message: expect.stringContaining("2 requests a minute"),
  });
  expect(openai.requests.filter(({ path }) => path.endsWith("/completions"))).toHaveLength(2);
});

test("where nothing is limited nothing is told", async () => {
  const { router } = await rated({});
  const { headers } = await router.chat({ model: "openai" });
  expect([...headers.keys()].filter((name) => name.startsWith("x-ratelimit"))).toEqual([]);
});

describe("tokens", () => {
  test("are estimated before an answer and counted after it", async () => {
    const { router } = await rated({ default: { tokensPerMinute: 1_000 } });
    const response = await router.chat({ model: "openai", max_tokens: 900 });
    await response.text();
    // "hello" and a few words: what was estimated too high is given back.
    await expect
      .poll(async () => {
        const { headers } = await router.chat({ model: "openai", max_tokens: 10 });
        return Number(headers.get("x-ratelimit-remaining-tokens"));
      })
      .toBeGreaterThan(800);
  });

  test("a request that needs more than a minute has is refused for good", async () => {
    const { router, openai } = await rated({ default: { tokensPerMinute: 100 } });
    const response = await router.chat({ model: "openai", max_tokens: 1_000 });
    expect(response.status).toBe(429);
    expect((await errorOf(response)).message).toContain("may use 100 a minute");
    expect(openai.requests).toEqual([]);
  });
});

test("so many requests at the same time, and no more until one has ended", async () => {
  const { router } = await rated({ default: { concurrent: 1 } });
  const open = await router.chat({ model: "openai", stream: true });
  const reader = open.body?.getReader();
  await reader?.read();
  // Its answer may be whole already; only one that is still being sent holds a place.
  while (!(await reader?.read())?.done);
  await expect.poll(async () => (await router.chat({ model: "openai" })).status).toBe(200);
});

test("a request that is being answered holds the only place", async () => {
  const slow = { rules: [{ kind: "chat" as const, times: 1, behaviour: { text: "slow", firstTokenMs: 2_000 } }] };
  const { router } = await pair(slow, {}, { config: { rates: { default: { concurrent: 1 } } } });
  const first = router.chat({ model: "openai" });
  await expect.poll(async () => (await router.chat({ model: "openai" })).status).toBe(429);
  expect((await first).status).toBe(200);
  await expect.poll(async () => (await router.chat({ model: "openai" })).status).toBe(200);
});

test("a tenant's keys share its limit; what is refused is not counted for anybody", async () => {
  const other = issueKey();
  const keys = [key, other].map(({ id, sha256 }) => ({ id, sha256, tenant: "school" }));
  const rates = { keys: { [other.id]: { requestsPerMinute: 5 } }, tenants: { school: { requestsPerMinute: 2 } } };
  const { router } = await rated(rates, { keys });
  const asOther = { authorization: `Bearer ${other.key}` };
  expect((await router.chat({ model: "openai" })).status).toBe(200);
  const second = await router.chat({ model: "openai" }, asOther);
  // The key's own limit is told, its tenant's holds too.
  expect(second.headers.get("x-ratelimit-remaining-requests")).toBe("4");
  const refused = await router.chat({ model: "openai" }, asOther);
  expect(refused.status).toBe(429);
  expect((await errorOf(refused)).message).toContain("tenant school");
});
