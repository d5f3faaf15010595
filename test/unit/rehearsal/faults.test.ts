import { describe, expect, test } from "vitest";
import type { Behaviour } from "../../../runtime/rehearsal/index.ts";
import { ask, eventsOf, rehearsal, textOf, toldBy, wireNames } from "./support.ts";

const words = "rehearsal one two three four";
type Written = Partial<Behaviour> | { fault: object };
const does = (behaviour: Written) => rehearsal({ rules: [{ behaviour: { text: words, ...behaviour } as Behaviour }] });

/** How each wire says an error: the body of a response, and an event of a stream. */
const errorForms = {
  openai: (message: string, type: string) => ({ error: { message, type, param: null } }),
  anthropic: (message: string, type: string) => ({ type: "error", error: { type, message } }),
  gemini: (message: string, status: string) => ({ error: { message, status } }),
  triton: (message: string) => ({ error: message }),
};
const limited = {
  openai: "rate_limit_error",
  anthropic: "rate_limit_error",
  gemini: "RESOURCE_EXHAUSTED",
  triton: "",
};
const overloaded = { openai: "server_error", anthropic: "overloaded_error", gemini: "UNAVAILABLE", triton: "" };
const lastWords = { openai: "[DONE]", anthropic: '"message_stop"', gemini: '"STOP"', triton: '"stop"' };

describe.each(wireNames)("on the wire of %s", (wire) => {
  test.each([true, false])(
    "the default answer says that it is a rehearsal, and repeats itself (stream: %s)",
    async (stream) => {
      const provider = await rehearsal();
      const question = { prompt: "What is\n a monad?", stream };
      const first = await toldBy(await ask(provider, wire, question));
      expect(first).toContain("This is a rehearsal");
      expect(first).toContain("What is a monad?");
      expect(await toldBy(await ask(provider, wire, question))).toBe(first);
    },
  );

  test("a whole stream ends in the wire's own way", async () => {
    const response = await ask(await does({}), wire, { stream: true });
    expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
    const text = await response.text();
    expect(eventsOf(text).map(textOf).join("")).toBe(words);
    expect(text).toContain(lastWords[wire]);
  });

  test("a limit of tokens shortens the answer", async () => {
    const response = await ask(await does({}), wire, { stream: true, maxTokens: 2 });
    expect(await toldBy(response)).toBe("rehearsal one ");
  });

  test("an error status has the wire's own body, and Retry-After", async () => {
    const provider = await does({
      fault: { type: "status", status: 429, message: "rehearsal: slow", retryAfter: "3" },
    });
    const response = await ask(provider, wire);
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, "3"]);
    expect(await response.json()).toMatchObject(errorForms[wire]("rehearsal: slow", limited[wire]));
  });

  test("an error inside of a stream has the wire's own form, and ends it", async () => {
    const provider = await does({ fault: { type: "inband", afterEvents: 2, message: "rehearsal: no" } });
    const events = eventsOf(await (await ask(provider, wire, { stream: true })).text());
    expect(events.map(textOf).join("")).toBe("rehearsal one ");
    expect(events.at(-1)).toMatchObject(errorForms[wire]("rehearsal: no", overloaded[wire]));
  });

  test("an error inside of a body with status 200", async () => {
    const response = await ask(await does({ fault: { type: "inband", message: "rehearsal: no" } }), wire);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject(errorForms[wire]("rehearsal: no", overloaded[wire]));
  });

  test("a cut stream breaks its connection, and holds the words before the cut", async () => {
    const provider = await does({ fault: { type: "cut", afterEvents: 3 } });
    const response = await ask(provider, wire, { stream: true });
    const { text, broken } = await readToEnd(response);
    expect(broken).toBe(true);
    expect(eventsOf(text).map(textOf).join("")).toBe("rehearsal one two ");
  });

  test("an ended stream closes properly but lacks its end, even where every word was said", async () => {
    const provider = await does({ fault: { type: "end", afterEvents: 5 } });
    const text = await (await ask(provider, wire, { stream: true })).text();
    expect(eventsOf(text).map(textOf).join("")).toBe(words);
    expect(text).not.toContain(lastWords[wire]);
  });

  test("a stalled stream that has a time breaks then", async () => {
    const provider = await does({ fault: { type: "stall", afterEvents: 1, ms: 1 } });
    const { text, broken } = await readToEnd(await ask(provider, wire, { stream: true }));
    expect([eventsOf(text).map(textOf).join(""), broken]).toEqual(["rehearsal ", true]);
  });

  test("a malformed event is no JSON, and the stream goes on after it", async () => {
    const provider = await does({ fault: { type: "malformed", afterEvents: 2 } });
    const events = eventsOf(await (await ask(provider, wire, { stream: true })).text());
    expect(events.filter((event) => typeof event === "string" && event !== "[DONE]")).toHaveLength(1);
    expect(events.map(textOf).join("")).toBe(words);
  });

  test("a reset connection gives no answer", async () => {
    await expect(ask(await does({ fault: { type: "reset" } }), wire)).rejects.toThrow();
  });

  test("without its last word a stream is all there but for it", async () => {
    const text = await (await ask(await does({ fault: { type: "no-done" } }), wire, { stream: true })).text();
    expect(eventsOf(text).map(textOf).join("")).toBe(words);
    expect(text).not.toContain('"message_stop"');
    expect(text).not.toContain("[DONE]");
  });

  test("recorded bytes are sent as they are, and can be cut too", async () => {
    const raw = { contentType: "text/event-stream; charset=x", chunks: ["data: a", "\n\n", "data: b\n\n"] };
    const response = await ask(await does({ raw }), wire);
    expect(response.headers.get("content-type")).toBe(raw.contentType);
    expect(await response.text()).toBe("data: a\n\ndata: b\n\n");
    const cut = await ask(await does({ raw, fault: { type: "cut", afterEvents: 1 } }), wire);
    expect(await readToEnd(cut)).toEqual({ text: "data: a", broken: true });
  });

  test("a prompt that is too long is refused in the wire's words", async () => {
    const provider = await does({ contextTokens: 20 });
    expect((await ask(provider, wire, { prompt: "short" })).status).toBe(200);
    const long = await ask(provider, wire, { prompt: "long ".repeat(100), stream: true });
    expect(long.status).toBe(400);
    expect(await long.text()).toMatch(/context_length_exceeded|prompt is too long|token count|Prompt length/);
  });

  test("a filter refuses in the wire's own way", async () => {
    const response = await ask(await does({ fault: { type: "content-filter" } }), wire, { stream: true });
    const told = await response.text();
    expect(told).toMatch(/content_policy_violation|content filtering policy|blockReason|guardrail/);
    expect(response.status).toBe(wire === "gemini" ? 200 : 400);
  });

  test("the beginning of an answer is continued, ignored or refused", async () => {
    const prefill = "rehearsal one";
    const told = async (behaviour: Written) =>
      toldBy(await ask(await does(behaviour), wire, { prefill, stream: true }));
    expect(await told({ prefill: "continue" })).toBe(" two three four");
    expect(await told({})).toBe(words);
    const refused = await ask(await does({ prefill: "reject" }), wire, { prefill });
    expect(refused.status).toBe(400);
    expect((await ask(await does({ prefill: "reject" }), wire)).status).toBe(200);
  });

  test("a beginning of the answer that a user's turn follows is continued or ignored", async () => {
    const told = async (behaviour: Written) =>
      toldBy(await ask(await does(behaviour), wire, { prefill: "rehearsal one", reply: "go on" }));
    expect(await told({ resume: "continue" })).toBe(" two three four");
    expect(await told({ prefill: "continue" })).toBe(words);
    expect(await told({ prefill: "reject" })).toBe(words);
  });
});

test("Anthropic's wire refuses a request without max_tokens, and a beginning that ends with a space", async () => {
  const provider = await does({ prefill: "continue" });
  const spaced = await ask(provider, "anthropic", { prefill: "rehearsal " });
  expect(spaced.status).toBe(400);
  expect(await spaced.text()).toContain("final assistant content cannot end with trailing whitespace");
  const body = JSON.stringify({ model: "m", messages: [{ role: "user", content: "hello" }] });
  const unlimited = await fetch(`${provider.url}/v1/messages`, { method: "POST", body });
  expect(await unlimited.text()).toContain("max_tokens: Field required");
});

test("Triton says why an answer ended only where it is asked for that", async () => {
  const { url } = await does({});
  const body = JSON.stringify({ text_input: "hello", parameters: { stream: true } });
  const text = await (await fetch(`${url}/v2/models/m/versions/3/generate_stream`, { method: "POST", body })).text();
  expect(eventsOf(text).map(textOf).join("")).toBe(words);
  expect(text).not.toContain("finish_reason");
});

test("rules for chats are not used up by lists", async () => {
  const provider = await rehearsal({
    rules: [{ kind: "chat", times: 1, behaviour: { fault: { type: "status", status: 503 } } }],
  });
  expect((await fetch(`${provider.url}/v1beta/models`)).status).toBe(200);
  expect((await ask(provider, "gemini")).status).toBe(503);
  expect((await ask(provider, "gemini")).status).toBe(200);
});

test("it tells what became of each chat, and keeps the headers that matter, of keys only their presence", async () => {
  const provider = await rehearsal({
    rules: [
      { times: 1, behaviour: { fault: { type: "status", status: 503 } } },
      { times: 1, behaviour: { fault: { type: "cut", afterEvents: 2 } } },
    ],
  });
  const headers = { "x-api-key": "sk-canary", "anthropic-version": "2023-06-01", "anthropic-beta": "b" };
  const body = JSON.stringify({ model: "m", max_tokens: 9, messages: [] });
  await fetch(`${provider.url}/v1/messages`, { method: "POST", headers, body });
  await readToEnd(await ask(provider, "openai", { stream: true }));
  await toldBy(await ask(provider, "triton"));
  expect(provider.chats.map(({ model, outcome }) => [model, outcome])).toEqual([
    ["m", "503"],
    ["m", "cut after 2"],
    ["m", "answer"],
  ]);
  expect(provider.requests[0]).toMatchObject({
    authorization: "present",
    headers: { "x-api-key": "present", "anthropic-version": "2023-06-01", "anthropic-beta": "b" },
  });
  expect(JSON.stringify(provider.requests)).not.toContain("sk-canary");
});

async function readToEnd(response: Response): Promise<{ text: string; broken: boolean }> {
  let text = "";
  try {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString("utf8");
    return { text, broken: false };
  } catch {
    return { text, broken: true };
  }
}
