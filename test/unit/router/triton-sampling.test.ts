import { describe, expect, test } from "vitest";
import type { ChatRequest } from "../../../runtime/router/chat/index.ts";
import { samplingIn, untellable } from "../../../runtime/router/providers/triton/sampling.ts";
import { settingsOf } from "../../../runtime/router/providers/triton/settings.ts";
import { unsupportedBy } from "../../../runtime/router/providers/triton/unsupported.ts";
import { questionOf, requestOf, tritonConfig, user } from "./triton-fixtures.ts";

const cardOf = (...inputs: string[]) => ({ inputs: new Set(inputs), maxBatch: 0 });
const full: Partial<ChatRequest> = {
  maxOutputTokens: 7,
  temperature: 0.5,
  topP: 0.9,
  topK: 40,
  seed: 3,
  stop: ["END"],
  frequencyPenalty: 0.1,
  presencePenalty: 0.2,
};
const vllm = cardOf(
  "text_input",
  "sampling_parameters",
  "stream",
  "exclude_input_in_output",
  "return_finish_reason",
  "return_num_input_tokens",
  "return_num_output_tokens",
);
const tensorRt = cardOf(
  "text_input",
  "max_tokens",
  "stop_words",
  "top_p",
  "random_seed",
  "frequency_penalty",
  "stream",
);
const python = cardOf("text_input");

test("vLLM's backend gets all of it as one JSON text, and is asked for reasons and counts", () => {
  const { sampling_parameters: sampling, ...switches } = samplingIn(requestOf(full), 100, vllm);
  expect(JSON.parse(String(sampling))).toEqual({
    max_tokens: 7,
    temperature: 0.5,
    top_p: 0.9,
    top_k: 40,
    seed: 3,
    stop: ["END"],
    frequency_penalty: 0.1,
    presence_penalty: 0.2,
  });
  expect(switches).toEqual({
    stream: true,
    exclude_input_in_output: true,
    return_finish_reason: true,
    return_num_input_tokens: true,
    return_num_output_tokens: true,
  });
});

test("TensorRT-LLM's backend gets tensors of its own names", () => {
  const { presencePenalty: _, ...possible } = full;
  expect(samplingIn(requestOf(possible), 100, tensorRt)).toEqual({
    stream: true,
    max_tokens: 7,
    top_p: 0.9,
    random_seed: 3,
    stop_words: ["END"],
    frequency_penalty: 0.1,
    parameters: { temperature: 0.5, top_k: 40 },
  });
});

test("a model without such inputs gets request parameters, and only what was asked", () => {
  expect(samplingIn(requestOf(), 100, python)).toEqual({ parameters: { max_tokens: 100 } });
  expect(samplingIn(requestOf(), undefined, python)).toEqual({});
});

test("what can be told depends on the model", () => {
  expect(untellable(requestOf(full), vllm)).toEqual([]);
  expect(untellable(requestOf(full), tensorRt)).toEqual(["presence_penalty"]);
  expect(untellable(requestOf(full), python)).toEqual(["stop", "frequency_penalty", "presence_penalty"]);
});

describe("what Triton can't do is named", () => {
  const settings = settingsOf(tritonConfig({}), "llama");
  const paramsOf = (more: Partial<ChatRequest>, card = vllm, wire: "openai" | "anthropic" = "openai") =>
    unsupportedBy(questionOf(more, wire), "llama", settings, card).map(({ param }) => param);
  const image = { type: "image", source: { kind: "url", url: "https://example.com/a.png" } } as const;
  const file = { type: "file", source: { kind: "url", url: "https://example.com/a.pdf" } } as const;

  test("nothing of a plain request", () => {
    expect(paramsOf({ ...full, choices: 1, user: "u", toolChoice: { type: "auto" } })).toEqual([]);
  });

  test("tools that may not be called are not missed", () => {
    expect(paramsOf({ tools: [{ name: "f" }], toolChoice: { type: "none" } })).toEqual([]);
  });

  test.each<[string, Partial<ChatRequest>]>([
    ["tools", { tools: [{ name: "f" }] }],
    ["tool_choice", { toolChoice: { type: "required" } }],
    ["n", { choices: 2 }],
    ["logprobs", { logprobs: 0 }],
    ["response_format", { format: { type: "json" } }],
    ["reasoning_effort", { reasoning: { effort: "low" } }],
    ["messages", { messages: [{ role: "user", parts: [image] }] }],
    ["messages", { messages: [{ role: "user", parts: [file] }] }],
    ["messages", { messages: [{ role: "tool", callId: "1", parts: [] }] }],
    [
      "messages",
      { messages: [{ role: "assistant", parts: [{ type: "tool_call", id: "1", name: "f", arguments: "{}" }] }] },
    ],
    ["messages", { messages: [{ ...user("hi"), name: "Ann" }] }],
    ["logit_bias", { foreign: { logit_bias: {} } }],
  ])("%s", (param, more) => {
    expect(paramsOf(more)).toEqual([param]);
  });

  test("under the names of the client's wire", () => {
    const asked: Partial<ChatRequest> = { stop: ["x"], reasoning: { enabled: true }, format: { type: "json" } };
    expect(paramsOf(asked, python, "anthropic")).toEqual(["output_config.format", "thinking", "stop_sequences"]);
  });

  test("a model of vectors makes no text", () => {
    const embed = settingsOf(tritonConfig({ triton: { models: { vectors: { kind: "embed" } } } }), "vectors");
    expect(unsupportedBy(questionOf(), "vectors", embed, undefined)).toMatchObject([{ param: "model" }]);
  });
});
