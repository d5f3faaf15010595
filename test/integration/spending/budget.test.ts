import { expect, test } from "vitest";
import { errorOf, onChat, router, says, upstream } from "../router/support.ts";
import { costOf, house, price, spentOf } from "./support.ts";

const soldOut = { budgets: { stack: { day: 0.01 } } };
const anthropic = { model: "claude", max_tokens: 100, messages: [{ role: "user", content: "hello" }] };

test("a budget that can't hold a request refuses it in both wires, with its name and the time of its end", async () => {
  const { router: started, openai, claude } = await house({}, { failoverChain: ["openai", "claude"], ...soldOut });
  const chat = await started.chat({ model: "openai" });
  expect(chat.status).toBe(402);
  const left = Number(chat.headers.get("retry-after"));
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(86_400);
  expect(await errorOf(chat)).toMatchObject({
    code: "budget_exceeded",
    type: "insufficient_quota",
    message: expect.stringMatching(/^The budget for this day is \$0\.0100: .*openai\/big may cost up to \$1\d\.\d+\./),
  });
  const message = await started.post("/v1/messages", anthropic);
  expect(message.status).toBe(402);
  expect(Number(message.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await message.json()).toMatchObject({
    type: "error",
    error: { type: "billing_error", code: "budget_exceeded", message: expect.stringContaining("claude/wise") },
  });
  expect([...openai.requests, ...claude.requests].filter(({ method }) => method === "POST")).toEqual([]);
  expect(await spentOf(started)).toBe(0);
});

test.each([
  ["tenant", { tenants: { school: { week: 0.01 } } }, "The budget of tenant school for this week"],
  ["request", { request: 0.01 }, "(budgets.request)"],
])("the budget of a %s is named as such", async (_, budgets, words) => {
  const { router: started } = await house({}, { budgets });
  expect((await errorOf(await started.chat({ model: "openai" }))).message).toContain(words);
});

test("auto and a chain go on to a model that costs nothing, a paid one that was named is refused", async () => {
  const { router: started, openai } = await house({}, soldOut);
  const answered = await started.chat({ model: "auto" });
  expect(answered.status).toBe(200);
  expect(answered.headers.get("x-router-backend")).toBe("local");
  expect(Number(answered.headers.get("x-router-cost-usd"))).toBe(0);
  for (const model of ["openai", "openai/big"]) {
    expect((await started.chat({ model })).status).toBe(402);
    expect((await started.chat({ model, stream: true })).status).toBe(402);
  }
  expect(openai.chats).toEqual([]);
});

test("where a free model that was named fails, a budget stands in the way of paid ones only", async () => {
  const down = await upstream(says("", { fault: { type: "status", status: 503 } }));
  const {
    router: started,
    openai,
    local,
  } = await house({}, { ...soldOut, backends: { triton: { baseUrl: down.url, rehearsal: true, models: ["llama3"] } } });
  const answered = await started.chat({ model: "triton/llama3" });
  expect(answered.headers.get("x-router-backend")).toBe("local");
  expect([openai.chats.length, local.chats.length]).toEqual([0, 1]);
});

test("on a budget a model without a price is refused by what it needs", async () => {
  const real = await upstream();
  const config = { backends: { openai: { baseUrl: real.url, defaultModel: "nameless" } }, failoverChain: ["openai"] };
  const environment = { OPENAI_API_KEY: "sk-test" };
  const started = await router({ config: { ...config, failoverChain: ["openai"] }, environment });
  const refused = await started.chat({ model: "openai" });
  expect(refused.status).toBe(400);
  expect(await errorOf(refused)).toMatchObject({
    code: "invalid_request",
    message: expect.stringContaining('prices["openai/nameless"]'),
  });
  expect(real.chats).toEqual([]);

  const without = { ...config, failoverChain: ["openai" as const], budgets: { stack: {} } };
  expect((await (await router({ config: without, environment })).chat({ model: "openai" })).status).toBe(200);
  const priced = { ...without, budgets: {}, prices: { "openai/nameless": price } };
  expect((await (await router({ config: priced, environment })).chat({ model: "openai" })).status).toBe(200);
});

test.each([
  { max_tokens: 1e308 },
  { max_tokens: -1 },
  { max_completion_tokens: 1, max_tokens: 100_000 },
  { max_tokens: 1, n: 1e9 },
])("no limit that a client gives makes its request cheaper than it is: %o", async (given) => {
  const { router: started, openai } = await house({}, { budgets: { stack: { day: 1 } } });
  const answered = await started.chat({ model: "openai", ...given });
  expect([400, 402]).toContain(answered.status);
  expect(openai.chats).toEqual([]);
});

test("a limit that no number holds is refused, and not sent on as none", async () => {
  const { router: started, openai } = await house({}, { budgets: { stack: { day: 1 } } });
  const body = '{"model":"openai","messages":[{"role":"user","content":"hello"}],"max_tokens":1e400}';
  expect([400, 402]).toContain((await started.post("/v1/chat/completions", body)).status);
  expect(openai.chats).toEqual([]);
});

test("after each request its real cost is what is left to be refused by", async () => {
  const usage = { prompt_tokens: 100, completion_tokens: 200 };
  const { router: started, openai } = await house(
    { openai: onChat({ text: "rehearsal", usage }) },
    { budgets: { stack: { day: 14 } }, failoverChain: ["openai"] },
  );
  const statuses: number[] = [];
  for (let count = 0; count < 4; count++) statuses.push((await started.chat({ model: "openai" })).status);
  // Each may cost eleven dollars, and costs two: the third leaves eight.
  expect(statuses).toEqual([200, 200, 402, 402]);
  expect(openai.chats).toHaveLength(2);
  expect(await spentOf(started)).toBe(2 * costOf(100, 200));
});
