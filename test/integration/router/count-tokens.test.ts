import Anthropic from "@anthropic-ai/sdk";
import { describe, expect, test } from "vitest";
import type { RouterConfigInput } from "../../../runtime/config/index.ts";
import type { RehearsalScriptInput } from "../../../runtime/rehearsal/index.ts";
import { until } from "../../support/wait.ts";
import { key, router as startRouter, upstream } from "./support.ts";

const path = "/v1/messages/count_tokens";
const messages = [{ role: "user" as const, content: "hello" }];
const counts = (behaviour: object) => ({ rules: [{ kind: "count", behaviour }] }) as RehearsalScriptInput;
const fails = (status: number, more: object = {}) => counts({ fault: { type: "status", status, ...more } });

/** Claude, Gemini, and a local model, which can't be asked. */
async function house(claudeScript: RehearsalScriptInput = {}, config: RouterConfigInput = {}) {
  const [claude, gemini, local] = await Promise.all([upstream(claudeScript), upstream(), upstream()]);
  const router = await startRouter({
    config: {
      failoverChain: ["claude", "gemini", "local"],
      ...config,
      backends: {
        claude: { baseUrl: claude.url, rehearsal: true },
        gemini: { baseUrl: gemini.url, rehearsal: true },
        local: { baseUrl: local.url, rehearsal: true },
      },
    },
  });
  const count = (model: string, more: object = {}, headers: Record<string, string> = {}) =>
    router.post(path, { model, messages, ...more }, headers);
  return { router, claude, gemini, local, count };
}

test.each([
  ["claude", "/v1/messages/count_tokens"],
  ["gemini", /:countTokens$/],
] as const)("%s is asked itself", async (name, endpoint) => {
  const all = await house(counts({ usage: { prompt_tokens: 41 } }));
  all.gemini.setScript(counts({ usage: { prompt_tokens: 41 } }));
  const response = await all.count(name);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ input_tokens: 41 });
  expect(response.headers.has("x-router-estimated")).toBe(false);
  expect(Object.fromEntries(response.headers)).toMatchObject({ "x-router-backend": name, "x-router-attempts": "1" });
  expect(all[name].requests).toMatchObject([{ path: expect.stringMatching(endpoint) }]);
});

test("a backend that can't count gets an estimate that says so, and is not asked", async () => {
  const { count, local } = await house();
  const response = await count("local", { system: "x".repeat(80) });
  expect(await response.json()).toEqual({ input_tokens: 20 + 2 + 2 * 4 });
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "x-router-estimated": "true",
    "x-router-backend": "local",
    "x-router-attempts": "0",
    "x-router-reason": "asked for; estimated",
  });
  expect(local.requests).toEqual([]);
});

test("auto is counted for the model that would answer first", async () => {
  const { count } = await house(counts({ usage: { prompt_tokens: 41 } }));
  const response = await count("auto");
  expect(response.headers.get("x-router-backend")).toBe("claude");
  expect(await response.json()).toEqual({ input_tokens: 41 });
});

describe("a provider that fails to count", () => {
  const faults: [string, RehearsalScriptInput, RouterConfigInput?][] = [
    ["HTTP 500", fails(500)],
    ["HTTP 429, too many requests", fails(429)],
    ["HTTP 401, it refuses our key", fails(401)],
    ["connection", counts({ fault: { type: "reset" } })],
    ["within 300 ms", counts({ fault: { type: "slow-headers" } }), { deadlines: { firstTokenMs: 300 } }],
  ];

  test.each(faults)("is replaced by an estimate (%s)", async (reason, script, config) => {
    const { count, gemini } = await house(script, config);
    const response = await count("claude");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ input_tokens: 2 + 4 });
    expect(response.headers.get("x-router-estimated")).toBe("true");
    expect(response.headers.get("x-router-reason")).toContain("asked for; estimated after claude: ");
    expect(response.headers.get("x-router-reason")).toContain(reason);
    expect(gemini.requests).toEqual([]);
  });

  test("opens no circuit: its model still answers", async () => {
    const { count, router } = await house(fails(500));
    for (let i = 0; i < 4; i++) await count("claude");
    const answered = await router.post("/v1/messages", { model: "claude", messages, max_tokens: 10 });
    expect(answered.headers.get("x-router-backend")).toBe("claude");
  });

  test("is not asked while its circuit is open", async () => {
    const { count, router, claude } = await house({
      rules: [{ kind: "chat", behaviour: { fault: { type: "status", status: 503 } } }],
    });
    for (let i = 0; i < 3; i++) await router.post("/v1/messages", { model: "claude", messages, max_tokens: 10 });
    const response = await count("claude");
    expect(response.headers.get("x-router-estimated")).toBe("true");
    expect(claude.requests.filter((request) => request.path === path)).toEqual([]);
  });
});

describe("errors are those of /v1/messages:", () => {
  const errorOf = async (response: Response) =>
    (await response.json()) as { type: string; error: { type: string; code: string; message: string } };

  test.each([
    ["no messages", { messages: undefined }, {}, 400, "invalid_request"],
    ["an unknown model", { model: "nobody" }, {}, 404, "model_not_found"],
    ["a cloud backend behind an air gap", {}, { "x-router-sovereign": "true" }, 403, "sovereignty_violation"],
    ["another key", {}, { authorization: "Bearer hl_none_0123456789012345678901234" }, 401, "unauthorized"],
    [
      "what the model can't do",
      { model: "local", tools: [{ type: "web_search_20250305", name: "web_search" }] },
      {},
      400,
      "invalid_request",
    ],
  ])("%s", async (_what, body, headers, status, code) => {
    const { count, claude } = await house();
    const response = await count("claude", body, headers as Record<string, string>);
    expect(response.status).toBe(status);
    expect(await errorOf(response)).toMatchObject({ type: "error", error: { code } });
    expect(claude.requests).toEqual([]);
  });

  test("what the provider refuses is passed on with its reason", async () => {
    const { count } = await house(fails(400, { message: "rehearsal: bad tool" }));
    const response = await count("claude");
    expect(response.status).toBe(400);
    expect((await errorOf(response)).error).toMatchObject({
      code: "upstream_rejected",
      message: "claude: rehearsal: bad tool",
    });
  });
});

test("a sovereign request for auto is counted at home", async () => {
  const { count, claude, gemini } = await house();
  const response = await count("auto", {}, { "x-router-sovereign": "true" });
  expect(response.headers.get("x-router-backend")).toBe("local");
  expect([...claude.requests, ...gemini.requests]).toEqual([]);
});

test("the official client counts with it", async () => {
  const { router } = await house(counts({ usage: { prompt_tokens: 41 } }));
  const client = new Anthropic({ apiKey: key.key, baseURL: router.url, maxRetries: 0 });
  expect(await client.messages.countTokens({ model: "claude", messages })).toMatchObject({ input_tokens: 41 });
  expect(await client.messages.countTokens({ model: "local", messages })).toMatchObject({ input_tokens: 6 });
});

test("a client that goes away ends the provider's work", async () => {
  const { router, claude } = await house(counts({ fault: { type: "slow-headers" } }));
  const client = new AbortController();
  const headers = { authorization: `Bearer ${key.key}`, "content-type": "application/json" };
  const body = JSON.stringify({ model: "claude", messages });
  fetch(router.url + path, { method: "POST", headers, body, signal: client.signal }).catch(() => {});
  await until(() => claude.requests.length === 1);
  client.abort();
  await until(() => claude.requests[0]?.state === "aborted");
});
