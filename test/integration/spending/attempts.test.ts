import { expect, test } from "vitest";
import type { RehearsalScriptInput } from "../../../runtime/rehearsal/index.ts";
import { until } from "../../support/wait.ts";
import { bearer, dataOf, jsonType, says } from "../router/support.ts";
import { type Booked, costOf, type House, house, spentOf } from "./support.ts";

const words = (count: number) => `rehearsal ${"word ".repeat(count - 1)}`.trim();
const usage = { prompt_tokens: 100, completion_tokens: 200 };
const cost = costOf(100, 200);
const dollars = cost / 1_000_000_000;

const comment = (stream: string): { cost_usd: number; attempts: number } =>
  JSON.parse(/^: router (.*)$/m.exec(stream)?.[1] ?? "{}") as { cost_usd: number; attempts: number };

/** Waits until all that was reserved is settled, and returns it; each attempt must have been settled once. */
async function settled({ booked, router }: House): Promise<{ reserved: number; cost: number; estimated: boolean }[]> {
  const once = ({ settled: ends }: Booked) => ends.length > 0;
  await until(() => booked().every(once));
  const spent = await spentOf(router);
  const found = booked().map(({ reserved, settled: ends }) => {
    expect(ends).toHaveLength(1);
    return { reserved, cost: ends[0]?.cost ?? -1, estimated: ends[0]?.estimated ?? false };
  });
  expect(found.reduce((sum, attempt) => sum + attempt.cost, 0)).toBe(spent);
  return found;
}

const billOf = ({ openai }: House) =>
  openai.chats.map(({ bill: { promptTokens, completionTokens } }) => costOf(promptTokens, completionTokens));

/** Estimated, not below what the provider would bill, not above what was reserved. */
async function expectEstimate(of: House, attempts = 1): Promise<void> {
  const found = await settled(of);
  const bills = billOf(of);
  expect(found).toHaveLength(attempts);
  for (const [index, { reserved, cost: booked, estimated }] of found.entries()) {
    expect(estimated).toBe(true);
    expect(booked).toBeGreaterThanOrEqual(bills[index] ?? 0);
    expect(booked).toBeLessThanOrEqual(reserved);
  }
}

test("header, comment and /v1/route say prices times usage, in both wires", async () => {
  const of = await house({ openai: says("rehearsal", { usage }), claude: says("rehearsal", { usage }) });
  const { router } = of;
  const chat = await router.chat({ model: "openai" });
  expect(chat.headers.get("x-router-cost-usd")).toBe(dollars.toFixed(9));
  const route = await router.post("/v1/route", { prompt: "hello", preferred_model: "openai" });
  expect(await route.json()).toMatchObject({ cost_usd: dollars, usage });
  expect(route.headers.get("x-router-cost-usd")).toBe(dollars.toFixed(9));
  const streamed = await (await router.chat({ model: "openai", stream: true })).text();
  expect(comment(streamed)).toMatchObject({ cost_usd: dollars });

  const asked = { model: "claude", max_tokens: 300, messages: [{ role: "user", content: "hello" }] };
  const message = await router.post("/v1/messages", asked);
  expect(message.headers.get("x-router-cost-usd")).toBe(dollars.toFixed(9));
  const events = await (await router.post("/v1/messages", { ...asked, stream: true })).text();
  expect(comment(events)).toMatchObject({ cost_usd: dollars });
  const foreign = await (await router.chat({ model: "claude", stream: true })).text();
  expect(comment(foreign)).toMatchObject({ cost_usd: dollars });
  const found = await settled(of);
  expect(found).toHaveLength(6);
  for (const each of found) expect(each).toMatchObject({ cost, estimated: false });
});

test.each(["openai", "claude"] as const)("nothing that %s says it used is estimated in a stream", async (model) => {
  const of = await house({ [model]: says(words(50)) });
  await (await of.router.chat({ model, stream: true })).text();
  const [bill] = of[model].chats.map(({ bill: { promptTokens, completionTokens } }) =>
    costOf(promptTokens, completionTokens),
  );
  expect(await settled(of)).toMatchObject([{ cost: bill, estimated: false }]);
});

test("an attempt that was refused, failed with a status or found nobody costs nothing", async () => {
  const status = (code: number) => ({ fault: { type: "status" as const, status: code } });
  const rules: RehearsalScriptInput = {
    rules: [
      { times: 1, behaviour: status(503) },
      { times: 1, behaviour: status(429) },
      { times: 1, behaviour: status(400) },
      { behaviour: { text: "rehearsal", usage } },
    ],
  };
  const of = await house({ openai: rules, claude: says("", status(401)) }, { retries: { max: 0 } });
  await of.claude.close();
  for (let count = 0; count < 3; count++) await of.router.chat({ model: "openai" });
  const found = await settled(of);
  expect(found.length).toBeGreaterThanOrEqual(4);
  for (const each of found) expect(each).toMatchObject({ cost: 0, estimated: false });
});

test("each retry is paid for by itself, and the answer's cost is told with that of all before it", async () => {
  const of = await house(
    {
      openai: {
        rules: [
          { times: 1, behaviour: { text: words(20), fault: { type: "reset" } } },
          { times: 1, behaviour: { fault: { type: "status", status: 500 } } },
          { behaviour: { text: "rehearsal", usage } },
        ],
      },
    },
    { retries: { max: 2, baseMs: 1, capMs: 2 } },
  );
  const answered = await of.router.chat({ model: "openai" });
  const found = await settled(of);
  expect(found).toHaveLength(3);
  expect(found[0]).toMatchObject({ estimated: true });
  expect(found.slice(1)).toMatchObject([{ cost: 0 }, { cost, estimated: false }]);
  const told = Number(answered.headers.get("x-router-cost-usd")) * 1_000_000_000;
  expect(Math.round(told)).toBe(await spentOf(of.router));
});

test.each([
  ["cut", { type: "cut", afterEvents: 40 }],
  ["ended without an end", { type: "end", afterEvents: 40 }],
  ["broken off by an error within", { type: "inband", afterEvents: 40 }],
  ["garbled", { type: "malformed", afterEvents: 40 }],
] as const)("a stream that was %s is paid as far as it came", async (_, fault) => {
  const of = await house({ openai: says(words(60), { fault, gapMs: 1 }) }, { failoverChain: ["openai"] });
  await (await of.router.chat({ model: "openai", stream: true })).text();
  const found = await settled(of);
  await expectEstimate(of, found.length);
  expect(found[0]?.cost).toBeGreaterThanOrEqual(costOf(1, 40));
});

test("an answer that another model went on with is two attempts, both paid, and told as one sum", async () => {
  const text = words(60);
  const of = await house({
    openai: says(text, { fault: { type: "cut", afterEvents: 40 }, gapMs: 1 }),
    claude: says(text, { prefill: "continue", resume: "continue", usage }),
  });
  const stream = await (await of.router.chat({ model: "openai", stream: true })).text();
  expect(dataOf(stream).at(-1)).toBe("[DONE]");
  const found = await settled(of);
  expect(found).toHaveLength(2);
  expect(found[0]).toMatchObject({ estimated: true });
  expect(found[0]?.cost).toBeGreaterThanOrEqual(billOf(of)[0] ?? 0);
  expect(found[1]).toMatchObject({ cost, estimated: false });
  expect(Math.round(comment(stream).cost_usd * 1_000_000_000)).toBe(await spentOf(of.router));
});

test("a client that leaves a stream pays for what was written until its provider heard of it", async () => {
  const of = await house({ openai: says(words(500), { gapMs: 2 }) });
  const leaving = new AbortController();
  const asked = { model: "openai", stream: true, messages: [{ role: "user", content: "hello" }] };
  const response = await fetch(`${of.router.url}/v1/chat/completions`, {
    method: "POST",
    headers: { ...bearer, ...jsonType },
    body: JSON.stringify(asked),
    signal: leaving.signal,
  });
  const reader = response.body?.getReader();
  for (let count = 0; count < 30; count++) await reader?.read();
  leaving.abort();
  await until(() => of.openai.requests.every(({ state }) => state !== "open"));
  await expectEstimate(of);
  const [{ cost: booked = 0, reserved = 0 } = {}] = await settled(of);
  expect(booked).toBeLessThan(reserved);
});

test("a client that reads nothing and leaves pays for what was written meanwhile", async () => {
  // So large that no buffer holds it: the router has to stop reading.
  const long = { ...says(`rehearsal ${`${"x".repeat(60_000)} `.repeat(300)}`, { gapMs: 1 }) };
  const of = await house({ openai: long });
  const leaving = new AbortController();
  const response = await fetch(`${of.router.url}/v1/chat/completions`, {
    method: "POST",
    headers: { ...bearer, ...jsonType },
    body: JSON.stringify({ model: "openai", stream: true, messages: [{ role: "user", content: "hello" }] }),
    signal: leaving.signal,
  });
  await until(() => (of.openai.chats[0]?.bill.completionTokens ?? 0) >= 250);
  leaving.abort();
  void response;
  await until(() => of.openai.requests.every(({ state }) => state !== "open"));
  await expectEstimate(of);
});

test("a provider that is silent for too long is paid for what it may have written", async () => {
  const silent = says(words(60), { gapMs: 1, fault: { type: "stall", afterEvents: 30 } });
  const of = await house({ openai: silent }, { failoverChain: ["openai"], deadlines: { betweenTokensMs: 100 } });
  await (await of.router.chat({ model: "openai", stream: true })).text();
  const found = await settled(of);
  await expectEstimate(of, found.length);
});

test("an answer in one piece that never came may have been written in full", async () => {
  const script = (gapMs: number): RehearsalScriptInput => says(words(900), { gapMs });
  const of = await house(
    { openai: script(0) },
    { streaming: { witnessMs: 3_600_000 }, predictive: { enabled: false } },
  );
  // A stream first: it shows that the model is well, and the next answer is asked for in one piece.
  await (await of.router.chat({ model: "openai", stream: true })).text();
  of.openai.setScript(script(20));
  const leaving = new AbortController();
  const request = fetch(`${of.router.url}/v1/chat/completions`, {
    method: "POST",
    headers: { ...bearer, ...jsonType },
    body: JSON.stringify({ model: "openai", messages: [{ role: "user", content: "hello" }] }),
    signal: leaving.signal,
  }).catch(() => {});
  await until(() => of.openai.chats.length === 2);
  leaving.abort();
  await request;
  const [, left] = await settled(of);
  expect(of.openai.chats[1]?.request.body).not.toHaveProperty("stream");
  expect(left).toMatchObject({ estimated: true });
  expect(left?.cost).toBeGreaterThanOrEqual(billOf(of)[1] ?? 0);
  expect(left?.cost).toBeLessThanOrEqual(left?.reserved ?? 0);
});

test("vectors are paid by what was read, estimated where nobody counted, and refused over a budget", async () => {
  const of = await house(
    {},
    {
      failoverChain: ["openai"],
      prices: { "openai/vectors": { input: 1_000 } },
      budgets: { stack: { day: 1 } },
    },
  );
  const body = { model: "openai/vectors", input: ["some text", "and some more"] };
  const answer = await of.router.post("/v1/embeddings", body);
  const { usage: used } = (await answer.json()) as { usage: { prompt_tokens: number } };
  expect(answer.headers.get("x-router-cost-usd")).toBe((used.prompt_tokens / 1_000).toFixed(9));
  of.openai.setScript({ rules: [{ behaviour: { fault: { type: "cut" } } }] });
  await of.router.post("/v1/embeddings", body);
  const found = await settled(of);
  expect(found).toMatchObject([{ estimated: false }, { estimated: true }]);
  expect(found[1]?.cost).toBeGreaterThanOrEqual(costOf(used.prompt_tokens, 0));
  expect((await of.router.post("/v1/embeddings", { ...body, input: "x".repeat(2_000) })).status).toBe(402);
});
