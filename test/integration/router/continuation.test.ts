import { expect, test } from "vitest";
import { until } from "../../support/wait.ts";
import { bearer, dataOf, type ErrorBody, errorOf, jsonType, onChat, pair, textOf } from "./support.ts";

const words = "rehearsal one two three four five";
const cutAfter = (afterEvents: number, type = "cut") => onChat({ text: words, gapMs: 5, fault: { type, afterEvents } });
const soon = { deadlines: { betweenTokensMs: 400 } };

test.each(["cut", "end", "malformed", "inband", "stall"])(
  "an answer that breaks off (%s) goes on at the next target in the same stream",
  async (type) => {
    const { router, openai, local } = await pair(cutAfter(3, type), onChat({ text: words, prefill: "continue" }), {
      config: soon,
    });
    const response = await router.chat({ model: "openai", stream: true });
    const stream = await response.text();
    expect(textOf(stream)).toBe(words);
    expect(dataOf(stream).at(-1)).toBe("[DONE]");
    const ids = new Set(
      dataOf(stream)
        .slice(0, -1)
        .map((data) => (JSON.parse(data) as { id: string }).id),
    );
    expect(ids.size).toBe(1);
    expect(stream).toContain(': router {"backend":"local"');
    expect(openai.requests).toHaveLength(1);
    expect(local.requests[0]?.body).toMatchObject({
      messages: [
        { role: "user", content: "hello" },
        { role: "assistant", content: "rehearsal one two" },
      ],
    });
    expect(await router.requestLine()).toMatchObject({
      outcome: "answered",
      attempts: 2,
      continued: 1,
      backend: "local",
    });
  },
);

test.each([
  ["begins anew", { prefill: "ignore" }],
  ["refuses a prefill", { prefill: "reject" }],
])("a target that %s repeats nothing", async (_what, behaviour) => {
  const { router } = await pair(cutAfter(4), onChat({ text: words, ...behaviour }));
  const stream = await (await router.chat({ model: "openai", stream: true })).text();
  expect(textOf(stream)).toBe(words);
  expect(dataOf(stream).at(-1)).toBe("[DONE]");
});

test("an answer in other words is not glued on: the stream ends with an error", async () => {
  const long = `rehearsal ${"of a long answer that is cut in the middle ".repeat(4)}`;
  const other = `${long.slice(0, 60)} and then something else entirely, which is longer than what was sent before`;
  const { router } = await pair(
    onChat({ text: long, gapMs: 2, fault: { type: "cut", afterEvents: 20 } }),
    onChat({ text: other.repeat(2), prefill: "ignore" }),
  );
  const stream = await (await router.chat({ model: "openai", stream: true })).text();
  const { error } = JSON.parse(dataOf(stream).at(-1) ?? "") as ErrorBody;
  expect(error.code).toBe("all_backends_down");
  expect(error.message).toContain("its answer begins anew in other words");
  expect(long.startsWith(textOf(stream))).toBe(true);
  expect(stream).not.toContain('"finish_reason":"stop"');
});

test("a call of a tool is never half from one and half from another", async () => {
  const call = { name: "weather", arguments: { city: "Berlin", days: 3 } };
  const { router, local } = await pair(onChat({ toolCalls: [call], fault: { type: "cut", afterEvents: 2 } }), {});
  const tools = [{ type: "function", function: { name: "weather", parameters: { type: "object" } } }];
  const stream = await (await router.chat({ model: "openai", stream: true, tools })).text();
  const { error } = JSON.parse(dataOf(stream).at(-1) ?? "") as ErrorBody;
  expect(error.message).toContain("The answer broke off");
  expect(stream).not.toContain("[DONE]");
  expect(local.requests).toEqual([]);
});

test("a whole answer is asked for anew: it has no seam", async () => {
  const { router, local } = await pair(cutAfter(3), onChat({ text: "rehearsal other words" }));
  const response = await router.chat({ model: "openai" });
  expect(await response.json()).toMatchObject({ choices: [{ message: { content: "rehearsal other words" } }] });
  expect(local.requests[0]?.body).toMatchObject({ messages: [{ role: "user" }] });
});

test("a third target goes on where the second breaks off too", async () => {
  const { router, local } = await pair(cutAfter(2), {
    rules: [
      {
        path: "/v1/chat/completions",
        times: 1,
        behaviour: { text: words, prefill: "continue", gapMs: 5, fault: { type: "cut", afterEvents: 2 } },
      },
      { behaviour: { text: words, prefill: "continue" } },
    ],
  });
  const stream = await (await router.chat({ model: "openai", stream: true })).text();
  expect(textOf(stream)).toBe(words);
  expect(local.requests).toHaveLength(2);
  expect(await router.requestLine()).toMatchObject({ attempts: 3, continued: 2 });
});

test("a client that goes away during the second part ends its upstream too", async () => {
  const { router, local } = await pair(cutAfter(2), onChat({ text: words, prefill: "continue", gapMs: 60_000 }));
  const client = new AbortController();
  const response = await fetch(`${router.url}/v1/chat/completions`, {
    method: "POST",
    headers: { ...bearer, ...jsonType },
    body: JSON.stringify({ model: "openai", stream: true, messages: [{ role: "user", content: "hello" }] }),
    signal: client.signal,
  });
  const reader = response.body?.getReader();
  void (async () => {
    try {
      while (!(await reader?.read())?.done);
    } catch {}
  })();
  await until(() => local.requests.length === 1);
  client.abort();
  await until(() => local.requests[0]?.state === "aborted");
});

test("streaming.onBreak: error tells the break instead", async () => {
  const { router, local } = await pair(cutAfter(3), {}, { config: { streaming: { onBreak: "error" } } });
  const stream = await (await router.chat({ model: "openai", stream: true })).text();
  expect(JSON.parse(dataOf(stream).at(-1) ?? "")).toMatchObject({ error: { code: "all_backends_down" } });
  expect(local.requests).toEqual([]);
});

test("the usage of a continued answer counts both parts", async () => {
  const { router } = await pair(
    cutAfter(3),
    onChat({ text: words, prefill: "continue", usage: { prompt_tokens: 20, completion_tokens: 3 } }),
  );
  const stream = await (
    await router.chat({ model: "openai", stream: true, stream_options: { include_usage: true } })
  ).text();
  const usage = dataOf(stream)
    .filter((data) => data !== "[DONE]")
    .map((data) => (JSON.parse(data) as { usage?: { prompt_tokens: number; completion_tokens: number } }).usage)
    .findLast(Boolean);
  expect(usage?.prompt_tokens).toBe(20);
  expect(usage?.completion_tokens).toBeGreaterThan(3);
});

test("errors before any target can answer stay ordinary errors", async () => {
  const { router } = await pair(onChat({ fault: { type: "reset" } }), onChat({ fault: { type: "reset" } }));
  const response = await router.chat({ model: "openai", stream: true });
  expect(response.status).toBe(503);
  expect(await errorOf(response)).toMatchObject({ code: "all_backends_down" });
});
