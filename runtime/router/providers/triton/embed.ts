import { isObject } from "../../json.ts";
import { UpstreamFailure } from "../failure.ts";
import type { EmbeddingAnswer, EmbeddingCall } from "../provider.ts";
import type { Upstream } from "../upstream.ts";
import { refused } from "./failure.ts";
import { parseJson } from "./json.ts";
import { type ModelPlan, modelPath } from "./model-card.ts";

/**
 * Asks for the vectors of a call's texts, at most a batch of the model's at once, and answers in the OpenAI wire's form.
 * The model takes texts as a BYTES tensor of shape [n, 1] and gives a floating-point one of shape [n, d].
 */
export async function embedTexts(
  upstream: Upstream,
  { model, body, signal, trace }: EmbeddingCall,
  { settings, version, card }: ModelPlan,
): Promise<EmbeddingAnswer> {
  if (settings.kind !== "embed")
    throw refused({ param: "model", reason: `triton makes text with ${model}, not vectors` });
  if ((body.dimensions ?? undefined) !== undefined) {
    throw refused({ param: "dimensions", reason: `triton's ${model} makes vectors of one length` });
  }
  const texts = textsOf(body.input);
  const batch = card.maxBatch || texts.length;
  const vectors: number[][] = [];
  let speaker = model;
  for (let from = 0; from < texts.length; from += batch) {
    const part = texts.slice(from, from + batch);
    const bytes = await upstream.json({
      method: "POST",
      path: `${modelPath(model, version)}/infer`,
      headers: { "content-type": "application/json", ...trace },
      body: JSON.stringify({
        inputs: [{ name: settings.input, datatype: "BYTES", shape: [part.length, 1], data: part }],
        outputs: [{ name: settings.output }],
      }),
      signal,
    });
    const answer = parseJson(bytes);
    vectors.push(...vectorsIn(answer, settings.output, part.length));
    if (isObject(answer) && typeof answer.model_version === "string") speaker = `${model}@${answer.model_version}`;
  }
  const write = body.encoding_format === "base64" ? base64 : (vector: number[]) => vector;
  const data = vectors.map((vector, index) => ({ object: "embedding", index, embedding: write(vector) }));
  return { bytes: Buffer.from(JSON.stringify({ object: "list", data, model: speaker })) };
}

function textsOf(input: unknown): readonly string[] {
  const list: unknown[] = Array.isArray(input) ? input : [input];
  return list.map((text) => {
    if (typeof text !== "string") throw refused({ param: "input", reason: "triton takes text, no tokens" });
    return text;
  });
}

function vectorsIn(answer: unknown, name: string, count: number): number[][] {
  const outputs: unknown[] = isObject(answer) && Array.isArray(answer.outputs) ? answer.outputs : [];
  const tensor = outputs.find((output) => isObject(output) && output.name === name);
  const data: unknown[] = isObject(tensor) && Array.isArray(tensor.data) ? tensor.data : [];
  const numbers = data.filter((value) => typeof value === "number");
  const length = numbers.length / count;
  if (length === 0 || !Number.isInteger(length) || numbers.length !== data.length) {
    throw new UpstreamFailure("its answer holds no vector for each text");
  }
  return Array.from({ length: count }, (_, index) => numbers.slice(index * length, (index + 1) * length));
}

/** 32-bit floats, little-endian, as the OpenAI wire has them. */
function base64(vector: number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString("base64");
}
