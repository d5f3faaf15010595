import { describe, expect, test } from "vitest";
import type { ChatEvent, ChatRequest } from "../../../runtime/router/chat/index.ts";
import { createOllama } from "../../../runtime/router/providers/ollama.ts";
import { createOpenAi, withVersion } from "../../../runtime/router/providers/openai.ts";
import { withoutThoughts } from "../../../runtime/router/providers/openai-wire/index.ts";
import type { ChatBody, LlmProvider } from "../../../runtime/router/providers/provider.ts";
import { chunk, deltasOf, done, opening } from "./openai-support.ts";
import { anthropicQuestion, callOf, config, openAiQuestion, secret, upstream } from "./openai-upstream.ts";

const openAi = (url?: string, more = {}) => createOpenAi(config(url, more), secret("sk-1"), 1_000);
const answer = Buffer.concat([opening, chunk({ content: "a" }), chunk({}, "stop"), done]);

async function all(source: Promise<AsyncIterable<readonly ChatEvent[]>>): Promise<ChatEvent[]> {
  const events: ChatEvent[] = [];
  for await (const batch of await source) events.push(...batch);
  return events;
}

const params = (provider: LlmProvider, request: Partial<ChatRequest>, model = "gpt-5.4") =>
  provider.unsupported(anthropicQuestion(request), model).map(({ param }) => param);

describe("a chat", () => {
  test("is asked as a stream with the router's key and the client's own headers", async () => {
    const { url, received } = await upstream("text/event-stream", answer);
    const question = openAiQuestion(
      { messages: [{ role: "user", content: "hi" }] },
      { "x-own": "1", authorization: "no" },
    );
    expect(deltasOf(await all(openAi(url).stream(callOf(question))))).toContainEqual({
      type: "text",
      choice: 0,
      text: "a",
    });
    expect(received[0]).toMatchObject({
      path: "/v1/chat/completions",
      headers: { authorization: "Bearer sk-1", "x-own": "1" },
      body: { model: "m", messages: [{ role: "user", content: "hi" }], stream: true },
    });
  });

  test("is whole also where the last word lacks its blank line", async () => {
    const { url } = await upstream("text/event-stream", answer.subarray(0, -2));
    expect((await all(openAi(url).stream(callOf(openAiQuestion({}))))).at(-1)?.kind).toBe("done");
  });

  test("that is answered with something else than events fails", async () => {
    const { url } = await upstream("text/html", "<html>");
    await expect(openAi(url).stream(callOf(openAiQuestion({})))).rejects.toThrow("its answer is not text/event-stream");
  });

  test("that breaks off in a malformed event fails", async () => {
    const { url } = await upstream(
      "text/event-stream",
      Buffer.concat([answer.subarray(0, -20), Buffer.from("data: {\n\n")]),
    );
    await expect(all(openAi(url).stream(callOf(openAiQuestion({}))))).rejects.toThrow("malformed");
  });

  test("of the Anthropic wire is rendered", async () => {
    const { url, received } = await upstream("text/event-stream", answer);
    const parts = [{ type: "text", text: "hi" }] as const;
    const question = anthropicQuestion({
      messages: [{ role: "user", parts }],
      reasoning: { enabled: true, budgetTokens: 5_000 },
      user: "u".repeat(65),
    });
    await all(openAi(url).stream(callOf(question)));
    expect(received[0]?.body).toEqual({
      model: "m",
      messages: [{ role: "user", content: "hi" }],
      reasoning_effort: "medium",
      safety_identifier: expect.stringMatching(/^[0-9a-f]{64}$/),
      stream: true,
      stream_options: { include_usage: true },
    });
  });
});

describe("embeddings", () => {
  const ask = (provider: LlmProvider) =>
    provider.embed?.({
      model: "e",
      body: { model: "auto", input: ["a"] },
      stickyKey: "",
      signal: new AbortController().signal,
    });

  test("are passed through", async () => {
    const body = JSON.stringify({ data: [{ embedding: [1] }], usage: { prompt_tokens: 2, total_tokens: 2 } });
    const { url, received } = await upstream("application/json", body);
    const { bytes, usage } = (await ask(openAi(url))) ?? {};
    expect(bytes?.toString()).toBe(body);
    expect(usage).toEqual({ prompt_tokens: 2, completion_tokens: 0, total_tokens: 2 });
    expect(received[0]).toMatchObject({ path: "/v1/embeddings", body: { model: "e", input: ["a"] } });
  });

  test.each([
    ["[]", "has no embeddings"],
    ["null", "not an object"],
    ["{", "not JSON"],
    ['{"error":{"message":"x"}}', "an error inside of its answer"],
  ])("%s is no answer", async (body, message) => {
    const { url } = await upstream("application/json", body);
    await expect(ask(openAi(url))).rejects.toThrow(message);
  });
});

describe("what OpenAI can't do", () => {
  test("of its own wire it says itself", () => {
    expect(openAi().unsupported(openAiQuestion({ n: 3, top_k: 1, audio: { format: "pcm16" } }), "m")).toEqual([]);
  });

  test("is sound in a form that can't be streamed, for a client that asks for no stream", () => {
    const audio = { format: "wav" };
    expect(openAi().unsupported(openAiQuestion({ audio }), "m")).toMatchObject([{ param: "audio.format" }]);
    expect(openAi().unsupported(openAiQuestion({ audio, stream: true }), "m")).toEqual([]);
  });

  const image = { type: "image", source: { kind: "url", url: "https://host/a.png" } } as const;
  const file = { type: "file", source: { kind: "url", url: "https://host/a.pdf" } } as const;
  test.each<[Partial<ChatRequest>, string[]]>([
    [{ topK: 5 }, ["top_k"]],
    [{ stop: ["1", "2", "3", "4"] }, []],
    [{ stop: ["1", "2", "3", "4", "5"] }, ["stop_sequences"]],
    [{ foreign: { mcp_servers: [] } }, ["mcp_servers"]],
    [{ messages: [{ role: "user", parts: [image] }] }, []],
    [{ messages: [{ role: "user", parts: [file, file] }] }, ["messages"]],
    [{ messages: [{ role: "tool", callId: "c", parts: [image] }] }, ["messages"]],
    [{ messages: [{ role: "assistant", parts: [{ type: "text", text: "I" }] }] }, ["messages"]],
    [{ reasoning: { enabled: false } }, []],
  ])("of %j is %j", (request, names) => {
    expect(params(openAi(), request)).toEqual(names);
  });

  test("is not to think, for models that always do", () => {
    const request = { reasoning: { enabled: false } };
    for (const model of ["o3", "gpt-5-mini", "gpt-5"]) expect(params(openAi(), request, model)).toEqual(["thinking"]);
    for (const model of ["gpt-4o", "gpt-5.4", "gpt-5-chat-latest"])
      expect(params(openAi(), request, model)).toEqual([]);
  });
});

test.each([
  ["gpt-5.4", { enabled: false }, "none"],
  ["gpt-4o", { enabled: false }, undefined],
  ["gpt-5.4", { enabled: true }, undefined],
  ["gpt-5.4", { enabled: true, budgetTokens: 1_024 }, "low"],
  ["gpt-5.4", { enabled: true, budgetTokens: 30_000 }, "high"],
  ["gpt-5.4", { effort: "xhigh", budgetTokens: 5 }, "xhigh"],
] as const)("%s is told of %j: %s", async (model, reasoning, effort) => {
  const { url, received } = await upstream("text/event-stream", answer);
  await all(openAi(url).stream(callOf(anthropicQuestion({ reasoning }), model)));
  expect(received[0]?.body.reasoning_effort).toBe(effort);
});

test("an answer is continued only where the configuration says so", () => {
  expect(openAi().continuesPrefill("m")).toBe(false);
  expect(openAi(undefined, { prefill: true }).continuesPrefill("m")).toBe(true);
  expect(createOllama(config(), 1).continuesPrefill("m")).toBe(true);
  expect(createOllama(config(undefined, { prefill: false }), 1).continuesPrefill("m")).toBe(false);
});

describe("thoughts that a client brings back", () => {
  const call = { id: "c", type: "function", function: { name: "f", arguments: "{}" } };
  const signed = { ...call, extra_content: { google: { thought_signature: "s" } } };
  const plain = [
    { role: "user", content: "a", reasoning: "own" },
    { role: "assistant", content: null, tool_calls: [call], refusal: null },
  ];
  const thoughtful = {
    role: "assistant",
    content: "b",
    reasoning_content: "hm",
    reasoning_details: [{}],
    reasoning: "hm",
  };
  const body = (messages: unknown[]) => ({ model: "m", messages }) as ChatBody;

  test("are left out of what OpenAI gets", () => {
    expect(withoutThoughts(body([...plain, thoughtful, { role: "assistant", tool_calls: [signed] }])).messages).toEqual(
      [...plain, { role: "assistant", content: "b" }, { role: "assistant", tool_calls: [call] }],
    );
  });

  test("cost nothing where there are none", () => {
    const same = body(plain);
    expect(withoutThoughts(same)).toBe(same);
  });

  test("are kept for others that speak its wire", async () => {
    const { url, received } = await upstream("text/event-stream", answer);
    await all(openAi(url).stream(callOf(openAiQuestion({ messages: [thoughtful] }))));
    expect(received[0]?.body.messages).toEqual([thoughtful]);
  });
});

test.each([
  ["http://host:1", "http://host:1/v1"],
  ["http://host:1/", "http://host:1/v1"],
  ["http://host/v1", "http://host/v1"],
  ["http://host/proxy/openai", "http://host/proxy/openai"],
])("base URL %s is %s", (given, used) => {
  expect(withVersion(given)).toBe(used);
});
