import type { ChatRequest } from "../../chat/index.ts";
import type { ModelCard } from "./model-card.ts";

/** Inputs of a model that take a field of a request, best first: vLLM's and TensorRT-LLM's names. */
const tensorsOf = {
  max_tokens: ["max_tokens"],
  temperature: ["temperature"],
  top_p: ["top_p"],
  top_k: ["top_k"],
  seed: ["seed", "random_seed"],
  stop: ["stop_words", "stop"],
  frequency_penalty: ["frequency_penalty"],
  presence_penalty: ["presence_penalty"],
} as const;

type Field = keyof typeof tensorsOf;
type Value = number | readonly string[];

/** The vLLM backend's input that takes all fields as one JSON text; only so it takes a list. */
const allInOne = "sampling_parameters";

/** Fields that a model without such an input gets as request parameters, which it may read or not. */
const parameterFields: readonly Field[] = ["max_tokens", "temperature", "top_p", "top_k", "seed"];

/** Inputs that ask a backend for the form that is read here: parts as they come, without the prompt, and counted. */
const switches = [
  "stream",
  "exclude_input_in_output",
  "return_finish_reason",
  "return_num_input_tokens",
  "return_num_output_tokens",
] as const;

/** How a model shall answer, in the inputs that it has: a part of the body of a `generate_stream` request. */
export function samplingIn(
  request: ChatRequest,
  maxOutputTokens: number | undefined,
  card: ModelCard,
): Record<string, unknown> {
  const fields = fieldsOf(request, maxOutputTokens);
  const body: Record<string, unknown> = {};
  for (const name of switches) if (card.inputs.has(name)) body[name] = true;
  if (card.inputs.has(allInOne)) return { ...body, [allInOne]: JSON.stringify(Object.fromEntries(fields)) };
  const parameters: Record<string, Value> = {};
  for (const [field, value] of fields) {
    const tensor = tensorFor(field, card);
    if (tensor) body[tensor] = value;
    else parameters[field] = value;
  }
  return Object.keys(parameters).length > 0 ? { ...body, parameters } : body;
}

/** Fields of the request that this model can't be told. */
export function untellable(request: ChatRequest, card: ModelCard): readonly Field[] {
  if (card.inputs.has(allInOne)) return [];
  const given = fieldsOf(request, undefined).map(([field]) => field);
  return given.filter((field) => !parameterFields.includes(field) && !tensorFor(field, card));
}

function fieldsOf(request: ChatRequest, maxOutputTokens: number | undefined): [Field, Value][] {
  const fields: Record<Field, Value | undefined> = {
    max_tokens: request.maxOutputTokens ?? maxOutputTokens,
    temperature: request.temperature,
    top_p: request.topP,
    top_k: request.topK,
    seed: request.seed,
    stop: request.stop.length > 0 ? request.stop : undefined,
    frequency_penalty: request.frequencyPenalty,
    presence_penalty: request.presencePenalty,
  };
  const entries = Object.entries(fields) as [Field, Value | undefined][];
  return entries.filter((entry): entry is [Field, Value] => entry[1] !== undefined);
}

function tensorFor(field: Field, card: ModelCard): string | undefined {
  return tensorsOf[field].find((name) => card.inputs.has(name));
}
