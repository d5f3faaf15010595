import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { BackendConfig } from "../../../runtime/config/index.ts";
import { createGemini } from "../../../runtime/router/providers/gemini/index.ts";
import type { EmbeddingCall, LlmProvider } from "../../../runtime/router/providers/provider.ts";
import { json } from "./gemini-fixtures.ts";
import { GeminiServer } from "./gemini-server.ts";

let google: GeminiServer;
let gemini: LlmProvider;

beforeEach(async () => {
  google = new GeminiServer();
  const config = { baseUrl: await google.start() } as BackendConfig;
  gemini = createGemini(config, { read: () => "AIza-secret", remedy: "set GEMINI_API_KEY" }, 1_000);
});

afterEach(async () => {
  await gemini.close();
  await google.stop();
});

const embed = (body: EmbeddingCall["body"], model = "gemini-embedding-2") => {
  if (!gemini.embed) throw new Error("it has no embeddings");
  return gemini.embed({ model, body: { model, ...body }, stickyKey: "", signal: new AbortController().signal });
};

describe("embeddings", () => {
  test("are asked in one batch and answered in the OpenAI wire's form", async () => {
    google.replies.push({ body: json("embeddings") as object });
    const { bytes, usage } = await embed({ input: ["one", "two"], dimensions: 2 });
    expect(google.sent(0)).toMatchObject({
      url: "/v1beta/models/gemini-embedding-2:batchEmbedContents",
      headers: { "x-goog-api-key": "AIza-secret" },
      body: {
        requests: ["one", "two"].map((text) => ({
          model: "models/gemini-embedding-2",
          content: { parts: [{ text }] },
          outputDimensionality: 2,
        })),
      },
    });
    expect(JSON.parse(bytes.toString("utf8"))).toEqual({
      object: "list",
      model: "gemini-embedding-2",
      data: [
        { object: "embedding", index: 0, embedding: [0.5138951, 0.857853] },
        { object: "embedding", index: 1, embedding: [-0.5045317, -0.8633931] },
      ],
      usage: { prompt_tokens: 12, total_tokens: 12 },
    });
    expect(usage).toEqual({ prompt_tokens: 12, completion_tokens: 0, total_tokens: 12 });
  });

  test("are little-endian floats in base64 where the client asks for that", async () => {
    google.replies.push({ body: { embeddings: [{ values: [0.5, -2] }] } });
    const { bytes, usage } = await embed({ input: "one", encoding_format: "base64" });
    const answer = JSON.parse(bytes.toString("utf8")) as { data: { embedding: string }[] };
    const floats = Buffer.from(answer.data[0]?.embedding ?? "", "base64");
    expect([floats.length, floats.readFloatLE(0), floats.readFloatLE(4)]).toEqual([8, 0.5, -2]);
    expect(usage).toBeUndefined();
    expect(answer).not.toHaveProperty("usage");
  });

  test("of more texts than Google takes at once are asked in several batches", async () => {
    const batch = (size: number) => ({
      body: {
        embeddings: Array.from({ length: size }, () => ({ values: [size] })),
        usageMetadata: { promptTokenCount: size },
      },
    });
    google.replies.push(batch(100), batch(50));
    const { bytes, usage } = await embed({ input: Array.from({ length: 150 }, (_, index) => `text ${index}`) });
    const { data } = JSON.parse(bytes.toString("utf8")) as { data: { index: number; embedding: number[] }[] };
    expect(data.map(({ index }) => index)).toEqual(Array.from({ length: 150 }, (_, index) => index));
    expect([data[99]?.embedding, data[100]?.embedding]).toEqual([[100], [50]]);
    expect(usage?.prompt_tokens).toBe(150);
  });

  test("of a request that names only the backend are those of the embedding model", async () => {
    google.replies.push({ body: { embeddings: [{ values: [1] }] } });
    await embed({ input: "one" }, gemini.defaultModel);
    expect(google.sent(0).url).toBe("/v1beta/models/gemini-embedding-2:batchEmbedContents");
  });

  test.each([
    [{ input: [1, 2] }, "input"],
    [{ input: [[1, 2]] }, "input"],
    [{ input: "x", truncate: true }, "truncate"],
  ])("of %j are refused before anything is asked", async (body, param) => {
    await expect(embed(body)).rejects.toMatchObject({
      consequence: "reject",
      rejection: { status: 400, param, message: expect.stringMatching(/^gemini /) as unknown },
    });
    expect(google.count).toBe(0);
  });

  test.each([[{}], [{ embeddings: [] }], [{ embeddings: [{}] }], [{ embeddings: [{ values: ["a"] }] }], [[]]])(
    "an answer %j is none",
    async (body) => {
      google.replies.push({ body });
      await expect(embed({ input: "one" })).rejects.toMatchObject({ name: "UpstreamFailure", consequence: "failover" });
    },
  );
});
