import { afterAll, beforeAll, expect, test } from "vitest";
import { parseRouterConfig } from "../../../runtime/config/index.ts";
import { createOllama } from "../../../runtime/router/providers/ollama.ts";
import type { LlmProvider } from "../../../runtime/router/providers/provider.ts";
import { ClientQuestion } from "../../../runtime/router/question.ts";
import { openAiWire } from "../../../runtime/router/wires/openai/index.ts";
import { ollama, tinyModelName, tinySentence, tinyToolCall } from "../../../tools/parts/index.ts";
import { collect, deltasOf, textOf } from "../../unit/router/triton-fixtures.ts";
import { describeWithServer } from "../support.ts";
import { type Ollama, startOllama } from "./server.ts";

describeWithServer(ollama, "the provider of real Ollama", (directory) => {
  let server: Ollama;
  let provider: LlmProvider;
  const signal = AbortSignal.timeout(170_000);

  beforeAll(async () => {
    server = await startOllama(directory);
    const { local } = parseRouterConfig({ backends: { local: { baseUrl: server.url } } }, "test").backends;
    if (!local) throw new Error("no local backend in the parsed configuration");
    provider = createOllama(local, 5_000);
  });

  afterAll(async () => {
    await provider.close();
    await server.stop();
  });

  const hello = { role: "user", content: "hello" };
  const ask = async (more: Record<string, unknown> = {}, model = tinyModelName) => {
    const question = new ClientQuestion(openAiWire, { model, messages: [hello], ...more });
    expect(provider.unsupported(question, model)).toEqual([]);
    return collect(await provider.stream({ model, question, stickyKey: "", signal }));
  };
  const finishOf = (events: Awaited<ReturnType<typeof ask>>) => deltasOf(events).find(({ type }) => type === "finish");

  test("the probe names its models", async () => {
    expect(await provider.probe(signal)).toEqual({ models: [tinyModelName] });
  });

  test("an answer comes in parts, with its reason and its tokens", async () => {
    const events = await ask();
    expect(textOf(events)).toBe(tinySentence);
    // Those that came together are one event here; each ends with a blank line.
    const content = events.filter(({ kind }) => kind === "content").map(({ bytes }) => bytes);
    expect(Buffer.concat(content).toString("utf8").split("\n\n").length - 1).toBeGreaterThan(5);
    expect(finishOf(events)).toMatchObject({ reason: "stop" });
    expect(events.find(({ usage }) => usage)?.usage?.completion_tokens).toBeGreaterThan(5);
    expect(events.at(-1)?.kind).toBe("done");
  });

  test("the limit of tokens ends it", async () => {
    const events = await ask({ max_tokens: 3 });
    expect(textOf(events)).toBe("This tiny test");
    expect(finishOf(events)).toMatchObject({ reason: "length" });
  });

  test("a stop sequence ends it", async () => {
    expect(textOf(await ask({ stop: " knows" }))).toBe("This tiny test model");
  });

  test("it goes on with an answer that has been begun", async () => {
    expect(provider.continuesPrefill(tinyModelName)).toBe(true);
    const begun = "This tiny test";
    const events = await ask({ messages: [hello, { role: "assistant", content: begun }] });
    expect(begun + textOf(events)).toBe(tinySentence);
  });

  test("it calls a tool, and answers when it has the result", async () => {
    const parameters = { type: "object", properties: { word: { type: "string" } } };
    const tools = [{ type: "function", function: { name: tinyToolCall.name, description: "Looks up.", parameters } }];
    const deltas = deltasOf(await ask({ tools }));
    const call = deltas.find((delta) => delta.type === "tool_call");
    expect(call).toMatchObject({ name: tinyToolCall.name });
    const json = deltas.map((delta) => (delta.type === "tool_arguments" ? delta.json : "")).join("");
    expect(JSON.parse(json)).toEqual(tinyToolCall.arguments);
    expect(deltas).toContainEqual(expect.objectContaining({ type: "finish", reason: "tool_calls" }));

    const id = call?.id ?? "";
    const called = { id, type: "function", function: { name: tinyToolCall.name, arguments: json } };
    const result = [
      { role: "assistant", content: "", tool_calls: [called] },
      { role: "tool", tool_call_id: id, content: "small" },
    ];
    expect(textOf(await ask({ tools, messages: [hello, ...result] }))).toBe(tinySentence);
  });

  test("a JSON schema is kept to", async () => {
    const schema = { type: "object", properties: { ok: { type: "boolean" } }, required: ["ok"] };
    const events = await ask({ response_format: { type: "json_schema", json_schema: { name: "verdict", schema } } });
    expect(JSON.parse(textOf(events))).toEqual({ ok: expect.any(Boolean) });
  });

  test("embeddings: one vector a text, the same for the same text", async () => {
    const body = { input: ["one", "two", "one"] };
    const answer = await provider.embed?.({ model: tinyModelName, body, stickyKey: "", signal });
    const { data } = JSON.parse(answer?.bytes.toString() ?? "") as { data: { embedding: number[] }[] };
    const [first, second, third] = data.map(({ embedding }) => embedding);
    expect(first?.length).toBeGreaterThan(100);
    expect(third).toEqual(first);
    expect(second).not.toEqual(first);
  });

  test("a model that it doesn't have is our fault", async () => {
    await expect(ask({}, "nobody")).rejects.toMatchObject({ consequence: "alert", status: 404 });
  });
});
