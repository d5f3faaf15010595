import { describe, expect, test } from "vitest";
import type { RehearsalScriptInput } from "../../../runtime/rehearsal/index.ts";
import { errorOf, onChat, pair, says, router as startRouter, upstream } from "./support.ts";

const retries = { max: 2, baseMs: 1, capMs: 2, maxRetryAfterMs: 2_000 };
const once = (fault: object) =>
  ({
    rules: [
      { kind: "chat", times: 1, behaviour: { fault } },
      { kind: "chat", behaviour: { text: "rehearsal well again" } },
    ],
  }) as RehearsalScriptInput;

describe("a retry at the same target", () => {
  test.each([
    ["a 500", { type: "status", status: 500 }],
    ["a 429 with a short pause", { type: "status", status: 429, retryAfter: "1" }],
    ["a reset", { type: "reset" }],
  ])("mends %s", async (_what, fault) => {
    const { router, openai, local } = await pair(once(fault), says("other"), { config: { retries } });
    const response = await router.chat({ model: "openai" });
    expect(response.headers.get("x-router-backend")).toBe("openai");
    expect(response.headers.get("x-router-attempts")).toBe("2");
    expect(openai.requests).toHaveLength(2);
    expect(local.requests).toEqual([]);
  });

  test("is left out where the provider asks for a long pause", async () => {
    const { router, openai } = await pair(once({ type: "status", status: 429, retryAfter: "60" }), says("other"), {
      config: { retries },
    });
    expect((await router.chat({ model: "openai" })).headers.get("x-router-backend")).toBe("local");
    // And nobody else bothers it meanwhile.
    const second = await router.chat({ model: "openai" });
    expect(second.headers.get("x-router-backend")).toBe("local");
    expect(openai.requests).toHaveLength(1);
  });

  test("is never made for a request that the provider refuses", async () => {
    const { router, openai } = await pair(once({ type: "status", status: 400 }), {}, { config: { retries } });
    expect((await router.chat({ model: "openai" })).status).toBe(400);
    expect(openai.requests).toHaveLength(1);
  });
});

describe("a request that is too long", () => {
  const tooLong = onChat({ fault: { type: "context-length" } });

  test("goes to the next model, after one attempt", async () => {
    const { router, openai } = await pair(tooLong, says("rehearsal larger"), { config: { retries } });
    const response = await router.chat({ model: "openai" });
    expect(await response.text()).toContain("rehearsal larger");
    expect(openai.requests).toHaveLength(1);
  });

  test("is the client's where no model takes it", async () => {
    const { router } = await pair(tooLong, tooLong);
    const response = await router.chat({ model: "openai" });
    expect(response.status).toBe(400);
    expect(await errorOf(response)).toMatchObject({ code: "upstream_rejected" });
  });
});

test("a content filter's refusal is passed on, not routed around", async () => {
  const { router, local } = await pair(onChat({ fault: { type: "content-filter" } }), says("other"), {
    config: { retries },
  });
  const response = await router.chat({ model: "openai" });
  expect(response.status).toBe(400);
  expect((await errorOf(response)).code).toBe("upstream_rejected");
  expect(local.requests).toEqual([]);
});

describe("a circuit", () => {
  const failing = onChat({ fault: { type: "status", status: 503 } });
  type Health = { backends: Record<string, { status: string; breaker: string; models?: Record<string, object> }> };
  const health = async (router: { get(path: string): Promise<Response> }) =>
    ((await (await router.get("/health")).json()) as Health).backends;

  test("opens after three failures: the backend is left alone, /health says so", async () => {
    const { router, openai } = await pair(failing, says("other"));
    for (let i = 0; i < 5; i++) expect((await router.chat({ model: "openai" })).status).toBe(200);
    expect(openai.requests.filter(({ method }) => method === "POST")).toHaveLength(3);
    const reason = (await router.chat({ model: "openai" })).headers.get("x-router-reason");
    expect(reason).toBe("in place of openai");
    expect((await health(router)).openai).toMatchObject({
      status: "down",
      breaker: "open",
      models: { big: { breaker: "open", next_probe_ms: expect.any(Number) } },
    });
  });

  test("is of one model: another of the same backend is still asked", async () => {
    const script = { rules: [{ model: "bad", behaviour: { fault: { type: "status", status: 503 } } }] };
    const openai = await upstream(script as RehearsalScriptInput);
    const both = await startRouter({
      config: {
        failoverChain: ["openai"],
        backends: { openai: { baseUrl: openai.url, rehearsal: true, models: ["bad", "good"], defaultModel: "good" } },
      },
    });
    for (let i = 0; i < 4; i++) await both.chat({ model: "openai/bad" });
    expect((await both.chat({ model: "openai/good" })).status).toBe(200);
    expect((await health(both)).openai?.models).toMatchObject({
      bad: { breaker: "open" },
      good: { breaker: "closed" },
    });
  });

  test("closes by one probe that is answered", async () => {
    const { router, openai } = await pair(failing, says("other"), { config: { breaker: { recoveryMs: 50 } } });
    for (let i = 0; i < 3; i++) await router.chat({ model: "openai" });
    openai.setScript(onChat({ text: "rehearsal back" }));
    await expect
      .poll(async () => (await router.chat({ model: "openai" })).headers.get("x-router-backend"))
      .toBe("openai");
    expect((await health(router)).openai).toMatchObject({ breaker: "closed" });
  });

  test("where all are open the answer says when to come back", async () => {
    const { router } = await pair(failing, failing);
    for (let i = 0; i < 3; i++) await router.chat({ model: "openai" });
    const response = await router.chat({ model: "openai" });
    expect(response.status).toBe(503);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(50);
    expect((await errorOf(response)).message).toContain("its circuit is open, next probe in");
  });
});

describe("the predictive breaker", () => {
  const slow = onChat({ text: "rehearsal slow", firstTokenMs: 40 });
  const predictive = { thresholdMs: 20, recoverBelowMs: 10, window: 3, switchTo: "local/fast" };

  test.each([
    ["streamed", true],
    ["whole", false],
  ])("leaves a model that gets slow before it fails (%s answers)", async (_what, stream) => {
    const { router } = await pair(slow, says("rehearsal fast"), { config: { predictive } });
    const backends: (string | null)[] = [];
    for (let i = 0; i < 5; i++) {
      const response = await router.chat({ model: "openai", stream });
      backends.push(response.headers.get("x-router-backend"));
      await response.text();
    }
    expect(backends).toEqual(["openai", "openai", "openai", "local", "local"]);
    const last = await router.chat({ model: "openai" });
    expect(last.headers.get("x-router-model")).toBe("fast");
    expect(last.headers.get("x-router-reason")).toBe("predictive: openai/big is slow");
  });

  test("by the literal rule counts the whole response", async () => {
    const long = onChat({ text: "rehearsal of many words in a row", gapMs: 10 });
    const literal = { ...predictive, thresholdMs: 40, recoverBelowMs: 30 };
    const byToken = await pair(long, says("rehearsal fast"), { config: { predictive: literal } });
    const byAnswer = await pair(long, says("rehearsal fast"), {
      config: { predictive: { ...literal, measure: "full_response" } },
    });
    const last = async ({ router }: typeof byToken) => {
      for (let i = 0; i < 3; i++) await (await router.chat({ model: "openai" })).text();
      return (await router.chat({ model: "openai" })).headers.get("x-router-backend");
    };
    expect(await last(byAnswer)).toBe("local");
    expect(await last(byToken)).toBe("openai");
  });
});
