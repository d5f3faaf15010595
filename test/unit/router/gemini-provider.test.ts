import { type GenerateContentParameters, type GenerateContentResponse, GoogleGenAI } from "@google/genai";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { BackendConfig } from "../../../runtime/config/index.ts";
import type { ChatDelta, ChatRequest } from "../../../runtime/router/chat/index.ts";
import { createGemini } from "../../../runtime/router/providers/gemini/index.ts";
import type { GenerateBody, Json } from "../../../runtime/router/providers/gemini/types.ts";
import type { LlmProvider } from "../../../runtime/router/providers/provider.ts";
import { asked, json, sse, userSays } from "./gemini-fixtures.ts";
import { GeminiServer } from "./gemini-server.ts";

const signal = new AbortController().signal;
let google: GeminiServer;
let baseUrl: string;
let gemini: LlmProvider;

const create = (config: Partial<BackendConfig> = {}) =>
  createGemini(
    { baseUrl, ...config } as BackendConfig,
    { read: () => "AIza-secret", remedy: "set GEMINI_API_KEY" },
    1_000,
  );

beforeEach(async () => {
  google = new GeminiServer();
  baseUrl = await google.start();
  gemini = create();
});

afterEach(async () => {
  await gemini.close();
  await google.stop();
});

async function ask(request: Partial<ChatRequest>, model = "gemini-3.8-flash"): Promise<readonly ChatDelta[]> {
  const deltas: ChatDelta[] = [];
  const call = { model, question: asked(request), stickyKey: "", signal, maxOutputTokens: 4_096 };
  for await (const events of await gemini.stream(call)) deltas.push(...events.flatMap((event) => event.deltas));
  return deltas;
}

describe("a chat", () => {
  test("is asked as a stream, with the key in a header and never in the address", async () => {
    google.replies.push({ body: sse("text") });
    const deltas = await ask({ messages: [userSays("hi")] });
    expect(deltas.at(-2)).toEqual({ type: "finish", choice: 0, reason: "stop" });
    expect(google.count).toBe(1);
    expect(google.sent(0)).toMatchObject({
      method: "POST",
      url: "/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse",
      headers: { "x-goog-api-key": "AIza-secret", "content-type": "application/json" },
      body: {
        contents: [{ role: "user", parts: [{ text: "hi" }] }],
        generationConfig: { maxOutputTokens: 4_096 },
      },
    });
  });

  test("goes to the path of the configuration where it has one", async () => {
    gemini = create({ baseUrl: `${baseUrl}/proxy/google` });
    google.replies.push({ body: sse("text") });
    await ask({});
    expect(google.sent(0).url).toBe("/proxy/google/models/gemini-3.8-flash:streamGenerateContent?alt=sse");
  });

  test("can't leave its path by the name of a model", async () => {
    google.replies.push({ body: sse("text") });
    await ask({}, "../files/x?y#z");
    expect(google.sent(0).url).toBe("/v1beta/models/..%2Ffiles%2Fx%3Fy%23z:streamGenerateContent?alt=sse");
  });

  test.each([
    ["a key that is not valid", "error-key-invalid", 400, "alert"],
    ["a request that is too long", "error-context", 400, "reject"],
    ["a quota", "error-quota-minute", 429, "failover"],
  ])("%s fails as what it is", async (_, name, status, consequence) => {
    google.replies.push({ status, body: json(name) as object });
    await expect(ask({})).rejects.toMatchObject({ name: "UpstreamFailure", consequence, status });
  });

  test("a list instead of a stream is no answer", async () => {
    google.replies.push({ body: [{ candidates: [] }] });
    await expect(ask({})).rejects.toMatchObject({ message: "its answer is not text/event-stream" });
  });
});

describe("the official SDK", () => {
  const messages: ChatRequest["messages"] = [
    { role: "system", parts: [{ type: "text", text: "Be brief." }] },
    {
      role: "user",
      parts: [
        { type: "text", text: "And here?" },
        { type: "image", source: { kind: "base64", mediaType: "image/png", data: "AA==" } },
        { type: "image", source: { kind: "url", url: "https://host/a.png" } },
      ],
    },
    {
      role: "assistant",
      parts: [
        { type: "reasoning", text: "I have to look." },
        { type: "tool_call", id: "1", name: "weather", arguments: '{"city":"Bern"}' },
      ],
    },
    { role: "tool", callId: "1", parts: [{ type: "text", text: '{"degrees":20}' }] },
  ];
  const request: Partial<ChatRequest> = {
    messages,
    tools: [
      { name: "weather", description: "Tells it.", parameters: { type: "object", properties: {} }, strict: true },
    ],
    toolChoice: { type: "tool", name: "weather" },
    temperature: 0.5,
    topP: 0.9,
    topK: 40,
    seed: 7,
    stop: ["END"],
    reasoning: { effort: "high" },
    format: { type: "json_schema", schema: { type: "object", properties: { city: { type: "string" } } } },
  };
  const generate = async (parameters: GenerateContentParameters): Promise<readonly GenerateContentResponse[]> => {
    const client = new GoogleGenAI({ apiKey: "AIza-secret", httpOptions: { baseUrl, apiVersion: "v1beta" } });
    const chunks: GenerateContentResponse[] = [];
    for await (const chunk of await client.models.generateContentStream(parameters)) chunks.push(chunk);
    return chunks;
  };

  test("sends, for what the body says, that same body to the same path", async () => {
    google.replies.push({ body: sse("text") }, { body: sse("text") });
    await ask(request);
    const { contents, tools, generationConfig, ...more } = google.sent(0).body as Json<GenerateBody>;
    const config = { ...generationConfig, ...more, tools } as Json<GenerateContentParameters["config"]>;
    const parameters: Json<GenerateContentParameters> = { model: "gemini-3.8-flash", contents, config };
    await generate(parameters as GenerateContentParameters);
    expect(google.sent(1).body).toEqual(google.sent(0).body);
    expect(google.sent(1).url).toBe(google.sent(0).url);
    expect(google.sent(1).headers["x-goog-api-key"]).toBe(google.sent(0).headers["x-goog-api-key"]);
  });

  test.each(["text", "thinking", "parallel-calls", "call-with-finish"])("reads the same out of %s", async (name) => {
    google.replies.push({ body: sse(name) }, { body: sse(name) });
    const deltas = await ask(request);
    const chunks = await generate({ model: "gemini-3.8-flash", contents: "hi" });
    const parts = chunks.flatMap((chunk) => chunk.candidates?.[0]?.content?.parts ?? []);
    const said = (type: "text" | "reasoning") =>
      deltas.flatMap((delta) => (delta.type === type ? [delta.text] : [])).join("");
    const texts = (thought: boolean) =>
      parts.flatMap((part) => ((part.thought === true) === thought ? [part.text ?? ""] : [])).join("");
    expect([said("text"), said("reasoning")]).toEqual([texts(false), texts(true)]);
    expect(
      deltas.flatMap((delta) => (delta.type === "tool_arguments" ? [JSON.parse(delta.json) as unknown] : [])),
    ).toEqual(parts.flatMap(({ functionCall }) => (functionCall ? [functionCall.args] : [])));
  });
});

describe("a probe", () => {
  test("proves the key and lists the models by the names that requests use", async () => {
    google.replies.push({ body: json("models") as object });
    expect(await gemini.probe(signal)).toEqual({ models: ["gemini-3.8-flash", "gemini-embedding-2"] });
    expect(google.sent(0)).toMatchObject({
      method: "GET",
      url: "/v1beta/models?pageSize=1000",
      headers: { "x-goog-api-key": "AIza-secret" },
    });
  });

  test("with a key that Google refuses is ours to mend", async () => {
    google.replies.push({ status: 400, body: json("error-key-invalid") as object });
    await expect(gemini.probe(signal)).rejects.toMatchObject({ consequence: "alert" });
  });
});

describe("going on with a prefilled answer", () => {
  test.each([
    ["gemini-3.1-pro-preview", true],
    ["gemini-2.5-flash-lite", true],
    ["gemini-3.5-flash-lite", false],
    ["gemini-3.6-flash", false],
    ["gemini-3.8-flash", false],
    ["gemini-4-argon", false],
  ])("%s: %s", (model, expected) => {
    expect(gemini.continuesPrefill(model)).toBe(expected);
  });

  test("is what the configuration says where it says so", () => {
    expect(create({ prefill: true }).continuesPrefill("gemini-3.8-flash")).toBe(true);
    expect(create({ prefill: false }).continuesPrefill("gemini-3.1-pro-preview")).toBe(false);
    const question = asked({
      messages: [userSays("q"), { role: "assistant", parts: [{ type: "text", text: "Once" }] }],
    });
    expect(create({ prefill: true }).unsupported(question, "gemini-3.8-flash")).toEqual([]);
    expect(gemini.unsupported(question, "gemini-3.8-flash")).toHaveLength(1);
  });
});
