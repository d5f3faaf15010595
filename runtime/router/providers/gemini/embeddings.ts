import type { Usage } from "../../chat/index.ts";
import { isObject } from "../../json.ts";
import { UpstreamFailure } from "../failure.ts";
import type { EmbeddingAnswer, EmbeddingCall } from "../provider.ts";
import type { Upstream } from "../upstream.ts";

/** Google takes no more texts than this in one request. */
const maxBatch = 100;

const known: readonly string[] = ["input", "model", "dimensions", "encoding_format", "user"];

/**
 * A request of the OpenAI wire, asked of Gemini in as many batches as it takes. `user` changes no vector.
 *
 * @throws UpstreamFailure reject where the request asks for what Gemini can't do
 */
export async function embed(
  upstream: Upstream,
  headers: Readonly<Record<string, string>>,
  { body, model, signal, trace }: EmbeddingCall,
): Promise<EmbeddingAnswer> {
  const { dimensions, encoding_format: encoding } = body;
  const texts = textsIn(body);
  const strange = Object.keys(body).find((field) => !known.includes(field));
  if (strange !== undefined) throw refused(strange, `gemini has nothing like ${strange} for embeddings`);

  const vectors: (readonly number[])[] = [];
  let prompt: number | undefined = 0;
  for (let at = 0; at < texts.length; at += maxBatch) {
    const batch = texts.slice(at, at + maxBatch);
    const requests = batch.map((text) => ({
      model: `models/${model}`,
      content: { parts: [{ text }] },
      outputDimensionality: dimensions,
    }));
    const answer = await upstream.json({
      method: "POST",
      path: `/models/${encodeURIComponent(model)}:batchEmbedContents`,
      headers: { "content-type": "application/json", ...headers, ...trace },
      body: JSON.stringify({ requests }),
      signal,
    });
    const { embeddings, tokens } = read(answer, batch.length);
    vectors.push(...embeddings);
    prompt = prompt === undefined || tokens === undefined ? undefined : prompt + tokens;
  }
  return answerOf(vectors, model, encoding, prompt);
}

function textsIn({ input }: EmbeddingCall["body"]): readonly string[] {
  const texts: readonly unknown[] = Array.isArray(input) ? input : [input];
  if (texts.every((text) => typeof text === "string")) return texts;
  throw refused("input", "gemini embeds text only: give a text or a list of texts, not tokens");
}

function refused(param: string, message: string): UpstreamFailure {
  return new UpstreamFailure("it can't do what the request asks for", {
    consequence: "reject",
    rejection: { status: 400, message, param, type: "invalid_request_error" },
  });
}

function read(answer: Buffer, expected: number): { embeddings: readonly number[][]; tokens: number | undefined } {
  const { embeddings, usageMetadata } = parsed(answer);
  const vectors = Array.isArray(embeddings) ? embeddings.map(valuesOf) : [];
  if (vectors.length !== expected) throw new UpstreamFailure("its answer has not one embedding for each text");
  const tokens = isObject(usageMetadata) ? usageMetadata.promptTokenCount : undefined;
  return { embeddings: vectors, tokens: typeof tokens === "number" ? tokens : undefined };
}

function parsed(answer: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(answer.toString("utf8"));
    if (isObject(value)) return value;
  } catch {
    // Told below.
  }
  throw new UpstreamFailure("its answer is not a JSON object");
}

function valuesOf(embedding: unknown): number[] {
  const values = isObject(embedding) ? embedding.values : undefined;
  if (Array.isArray(values) && values.every((value) => typeof value === "number")) return values;
  throw new UpstreamFailure("its answer has an embedding without values");
}

function answerOf(
  vectors: readonly (readonly number[])[],
  model: string,
  encoding: unknown,
  prompt: number | undefined,
): EmbeddingAnswer {
  const counted = prompt === undefined ? undefined : { prompt_tokens: prompt, total_tokens: prompt };
  const data = vectors.map((values, index) => ({
    object: "embedding",
    index,
    embedding: encoding === "base64" ? base64Of(values) : values,
  }));
  const bytes = Buffer.from(JSON.stringify({ object: "list", data, model, usage: counted }));
  const usage: Usage | undefined = counted && { ...counted, completion_tokens: 0 };
  return { bytes, ...(usage ? { usage } : {}) };
}

/** The OpenAI wire's binary form: 32-bit floats, little-endian. */
function base64Of(values: readonly number[]): string {
  const bytes = Buffer.alloc(values.length * Float32Array.BYTES_PER_ELEMENT);
  for (const [index, value] of values.entries()) bytes.writeFloatLE(value, index * Float32Array.BYTES_PER_ELEMENT);
  return bytes.toString("base64");
}
