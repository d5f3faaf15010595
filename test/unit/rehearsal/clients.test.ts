import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { Ollama } from "ollama";
import OpenAI from "openai";
import { expect, test } from "vitest";
import { rehearsal } from "./support.ts";

/** The providers' own clients must understand what the rehearsal says, or it would rehearse something else. */

const full = {
  rules: [
    {
      behaviour: {
        text: "a rehearsal answer",
        reasoning: "let me think",
        toolCalls: [
          { name: "weather", arguments: { city: "Graz", days: [1, 2] } },
          { name: "time", arguments: {} },
        ],
        usage: { prompt_tokens: 100, completion_tokens: 50, cached_tokens: 60, reasoning_tokens: 20 },
      },
    },
  ],
};
const messages = [{ role: "user" as const, content: "hello" }];

test("openai reads a whole answer: text, calls, usage and its parts", async () => {
  const { url } = await rehearsal(full);
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "k" });
  const { choices, usage, model } = await client.chat.completions.create({ model: "m", messages });
  expect(model).toBe("rehearsal/m");
  expect(choices[0]).toMatchObject({
    finish_reason: "tool_calls",
    message: {
      content: "a rehearsal answer",
      tool_calls: [
        { id: "call_rehearsal_0", type: "function", function: { name: "weather" } },
        { id: "call_rehearsal_1", type: "function", function: { name: "time", arguments: "{}" } },
      ],
    },
  });
  expect(usage).toEqual({
    prompt_tokens: 100,
    completion_tokens: 50,
    total_tokens: 150,
    prompt_tokens_details: { cached_tokens: 60 },
    completion_tokens_details: { reasoning_tokens: 20 },
  });
});

test("openai puts a stream together to the same answer", async () => {
  const { url } = await rehearsal(full);
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "k" });
  const stream = client.chat.completions.stream({ model: "m", messages, stream_options: { include_usage: true } });
  const { choices, usage } = await stream.finalChatCompletion();
  expect(choices[0]).toMatchObject({ finish_reason: "tool_calls", message: { content: "a rehearsal answer" } });
  expect(choices[0]?.message.tool_calls?.map((call) => call.type === "function" && call.function.arguments)).toEqual([
    '{"city":"Graz","days":[1,2]}',
    "{}",
  ]);
  expect(usage?.total_tokens).toBe(150);
});

test("openai reads models and embeddings, which are the same for the same text", async () => {
  const { url } = await rehearsal({ models: ["a", "b"] });
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "k" });
  expect((await client.models.list()).data.map(({ id }) => id)).toEqual(["a", "b"]);
  const embed = async (input: string[], encoding_format?: "float") =>
    (
      await client.embeddings.create({
        model: "e",
        input,
        dimensions: 40,
        ...(encoding_format ? { encoding_format } : {}),
      })
    ).data;
  const [first, second] = await embed(["one", "two"], "float");
  expect(first?.embedding).toHaveLength(40);
  expect(first?.embedding).not.toEqual(second?.embedding);
  // The client asks for base64 where nothing is said, and decodes it itself.
  const [again] = await embed(["one"]);
  for (const [at, value] of (again?.embedding ?? []).entries()) expect(value).toBeCloseTo(first?.embedding[at] ?? 9, 5);
});

test("ollama finds its version and models", async () => {
  const { url } = await rehearsal({ models: ["llama3", "mistral:7b"] });
  const client = new Ollama({ host: url });
  expect((await client.version()).version).toContain("rehearsal");
  expect((await client.list()).models.map(({ name }) => name)).toEqual(["llama3:latest", "mistral:7b"]);
});

const thinking = { type: "thinking", thinking: "let me think", signature: expect.stringMatching(/./) };
const blocks = [
  thinking,
  { type: "text", text: "a rehearsal answer" },
  { type: "tool_use", id: "toolu_rehearsal_0", name: "weather", input: { city: "Graz", days: [1, 2] } },
  { type: "tool_use", id: "toolu_rehearsal_1", name: "time", input: {} },
];

test("@anthropic-ai/sdk reads a whole answer and puts a stream together to the same one", async () => {
  const { url } = await rehearsal(full);
  const client = new Anthropic({ baseURL: url, apiKey: "k" });
  const question = { model: "m", max_tokens: 100, messages };
  const whole = await client.messages.create(question);
  const streamed = await client.messages.stream(question).finalMessage();
  for (const { content, stop_reason, usage } of [whole, streamed]) {
    expect(content).toMatchObject(blocks);
    expect(stop_reason).toBe("tool_use");
    expect(usage).toMatchObject({ input_tokens: 40, cache_read_input_tokens: 60, output_tokens: 50 });
  }
});

test("@anthropic-ai/sdk reads the models of its own wire", async () => {
  const { url } = await rehearsal({ models: ["claude-haiku"] });
  const client = new Anthropic({ baseURL: url, apiKey: "k" });
  expect((await client.models.list()).data).toMatchObject([{ type: "model", id: "claude-haiku" }]);
});

test("@google/genai reads a whole answer and a stream", async () => {
  const { url } = await rehearsal(full);
  const client = new GoogleGenAI({ apiKey: "k", httpOptions: { baseUrl: url } });
  const whole = await client.models.generateContent({ model: "m", contents: "hello" });
  expect(whole.candidates?.[0]?.content?.parts).toMatchObject([
    { text: "let me think", thought: true },
    { text: "a rehearsal answer" },
    {
      functionCall: { name: "weather", args: { city: "Graz", days: [1, 2] } },
      thoughtSignature: expect.stringMatching(/./),
    },
    { functionCall: { name: "time", args: {} } },
  ]);
  expect(whole.candidates?.[0]).toMatchObject({ finishReason: "STOP" });
  expect(whole.usageMetadata).toEqual({
    promptTokenCount: 100,
    candidatesTokenCount: 30,
    thoughtsTokenCount: 20,
    cachedContentTokenCount: 60,
    totalTokenCount: 150,
  });
  const chunks = [];
  for await (const chunk of await client.models.generateContentStream({ model: "m", contents: "hello" })) {
    chunks.push(chunk);
  }
  const parts = chunks.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
  expect(parts.flatMap(({ text, thought }) => (thought ? [] : [text])).join("")).toBe("a rehearsal answer");
  expect(parts.flatMap(({ text, thought }) => (thought ? [text] : [])).join("")).toBe("let me think");
  expect(parts.flatMap(({ functionCall }) => functionCall ?? [])).toHaveLength(2);
  expect(parts.find(({ functionCall }) => functionCall)?.thoughtSignature).toMatch(/./);
  expect(chunks.at(-1)?.usageMetadata?.totalTokenCount).toBe(150);
});

test("@google/genai reads models and embeddings", async () => {
  const { url } = await rehearsal({ models: ["gemini-x"] });
  const client = new GoogleGenAI({ apiKey: "k", httpOptions: { baseUrl: url } });
  const { embeddings } = await client.models.embedContent({ model: "e", contents: ["one", "two"] });
  expect(embeddings?.map(({ values }) => values?.length)).toEqual([16, 16]);
  expect((await client.models.list()).page[0]?.name).toBe("models/gemini-x");
});

test("triton answers infer with one vector a text, is ready, and tells of its models", async () => {
  const { url } = await rehearsal({ models: ["embed"] });
  const infer = await fetch(`${url}/v2/models/embed/versions/2/infer`, {
    method: "POST",
    body: JSON.stringify({
      inputs: [{ name: "text", datatype: "BYTES", shape: [2, 1], data: [["one"], ["two"]] }],
      outputs: [{ name: "vector" }],
    }),
  });
  const { outputs } = (await infer.json()) as { outputs: { name: string; shape: number[]; data: number[] }[] };
  expect(outputs).toMatchObject([{ name: "vector", datatype: "FP32", shape: [2, 16] }]);
  expect(outputs[0]?.data).toHaveLength(32);
  const ready = await fetch(`${url}/v2/health/ready`);
  expect([ready.status, await ready.text()]).toEqual([200, ""]);
  const index = await fetch(`${url}/v2/repository/index`, { method: "POST", body: "{}" });
  expect(await index.json()).toMatchObject([{ name: "embed", state: "READY" }]);
  const config = await fetch(`${url}/v2/models/embed/config`);
  expect(await config.json()).toMatchObject({
    name: "embed",
    input: expect.arrayContaining([{ name: "text_input", dims: [1] }]),
  });
});

test("@anthropic-ai/sdk and @google/genai read how many tokens a request would have", async () => {
  const { url } = await rehearsal();
  const claude = new Anthropic({ baseURL: url, apiKey: "k" });
  const system = "be short";
  const counted = await claude.messages.countTokens({ model: "m", system, messages });
  expect(counted).toMatchObject({ input_tokens: Math.ceil((system.length + "hello".length) / 4) });
  const gemini = new GoogleGenAI({ apiKey: "k", httpOptions: { baseUrl: url } });
  expect((await gemini.models.countTokens({ model: "m", contents: "hello" })).totalTokens).toBe(2);
});
