import OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type House, openHouse } from "./house.ts";

/** Vectors of every backend that makes them, as the official client reads them. */

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

const models = ["openai/text-embedding-3-small", "local/all-minilm", "gemini/gemini-embedding-2"] as const;

test.each(models)("%s: numbers, and the same in base64, which the client asks for by itself", async (model) => {
  const input = ["one", "two", "one"];
  const floats = await house.openai.embeddings.create({ model, input, dimensions: 40, encoding_format: "float" });
  const vectors = floats.data.map(({ embedding }) => embedding);
  expect(floats).toMatchObject({ object: "list", data: input.map((_, index) => ({ object: "embedding", index })) });
  expect(vectors.map((vector) => vector.length)).toEqual([40, 40, 40]);
  expect(vectors[2]).toEqual(vectors[0]);
  expect(vectors[1]).not.toEqual(vectors[0]);

  const decoded = await house.openai.embeddings.create({ model, input, dimensions: 40 });
  for (const [at, { embedding }] of decoded.data.entries()) {
    expect(embedding).toHaveLength(40);
    for (const [index, value] of embedding.entries()) expect(value).toBeCloseTo(vectors[at]?.[index] ?? Number.NaN, 6);
  }
});

test.each(models)("%s: one text", async (model) => {
  const { data } = await house.openai.embeddings.create({ model, input: "one" });
  expect(data).toHaveLength(1);
});

test("gemini embeds no tokens, and says so", async () => {
  const asking = house.openai.embeddings.create({ model: "gemini/gemini-embedding-2", input: [[1, 2, 3]] });
  await expect(asking).rejects.toBeInstanceOf(OpenAI.BadRequestError);
  await expect(asking).rejects.toMatchObject({ param: "input", message: expect.stringContaining("gemini") });
});

test("claude has no embeddings, and says so", async () => {
  const asking = house.openai.embeddings.create({ model: "claude/claude-sonnet-4-5", input: "one" });
  await expect(asking).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining("claude has no embeddings"),
  });
});
