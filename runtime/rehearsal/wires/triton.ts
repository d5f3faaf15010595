import type { RehearsedAnswer } from "../answer.ts";
import { conversation, list, numberOf, record, stringOr, type Turn } from "./read.ts";
import type { Asked, RehearsalWire } from "./wire.ts";

const extras = ["finish_reason", "num_input_tokens", "num_output_tokens"] as const;

/**
 * Triton's generate extension and the inference protocol of KServe v2. What an answer says beside its text is said where
 * it is asked for, as by Triton's vLLM backend (`return_finish_reason` and others).
 */
export const tritonWire: RehearsalWire = {
  name: "triton",
  chatPath: /^\/v2\/models\/(?<model>[^/]+)(?:\/versions\/(?<version>[^/]+))?\/(?<action>generate|generate_stream)$/,

  read(body, { model = "unnamed", action }) {
    const { parameters, ...inputs } = record(body);
    const given = { ...record(parameters), ...inputs };
    const text = stringOr(given.text_input ?? Object.values(inputs).find((value) => typeof value === "string"), "");
    return {
      ...conversation(turnsOf(text), "assistant"),
      model,
      stream: action === "generate_stream",
      includeUsage: true,
      maxTokens: numberOf(given.max_tokens) ?? samplingLimit(given.sampling_parameters),
      extras: extras.filter((name) => given[`return_${name}`] === true),
    };
  },

  whole: (answer, asked) => output(answer, asked, answer.words.join(""), answer.finishReason),

  /** Ends with the connection; there is no last word. */
  stream: (answer, asked) => ({
    opening: "",
    words: answer.words.map((word) => ({ event: event(output(answer, asked, word, "None")) })),
    ending: [event(output(answer, asked, "", answer.finishReason))],
    done: "",
  }),

  error: (_status, message) => ({ error: message }),
  inBand: (message) => event({ error: message }),

  refuse(refusal) {
    const invalid = (error: string) => ({ status: 400, body: { error } });
    switch (refusal.kind) {
      case "context-length":
        return invalid(`Prompt length (${refusal.tokens}) exceeds maximum input length (${refusal.limit}).`);
      case "content-filter":
        return invalid("the request was rejected by a guardrail");
      case "prefill":
        return invalid("the prompt must end with a turn of the user");
      case "invalid":
        return invalid(refusal.message);
    }
  },

  embeddings: {
    path: /^\/v2\/models\/(?<model>[^/]+)(?:\/versions\/(?<version>[^/]+))?\/infer$/,
    read(body, { model = "unnamed" }) {
      const { inputs, outputs } = record(body);
      return {
        model,
        texts: list(record(list(inputs)[0]).data)
          .flat(2)
          .map(String),
        dimensions: undefined,
        format: undefined,
        output: stringOr(record(list(outputs)[0]).name, undefined),
      };
    },
    answer: ({ model, output: name = "text_output" }, vectors) => ({
      model_name: model,
      model_version: "1",
      outputs: [{ name, datatype: "FP32", shape: [vectors.length, vectors[0]?.length ?? 0], data: vectors.flat() }],
    }),
  },

  lists: [
    {
      method: "GET",
      path: /^\/v2\/models\/(?<model>[^/]+)(?:\/versions\/(?<version>[^/]+))?\/config$/,
      body: (_models, { model = "unnamed" }) => configOf(model),
    },
    { method: "GET", path: /^\/v2\/health\/ready$/, body: () => undefined },
    {
      method: "POST",
      path: /^\/v2\/repository\/index$/,
      body: (models) => models.map((name) => ({ name, version: "1", state: "READY", reason: "" })),
    },
  ],
};

const inputNames = [
  "text_input",
  "stream",
  "sampling_parameters",
  "exclude_input_in_output",
  ...extras.map((name) => `return_${name}`),
];

/** The configuration of a model of the vLLM backend, as far as it says what the model takes and gives. */
const configOf = (name: string) => ({
  name,
  backend: "vllm",
  max_batch_size: 0,
  input: inputNames.map((input) => ({ name: input, dims: [1] })),
  output: ["text_output", ...extras].map((output) => ({ name: output, dims: [-1] })),
  model_transaction_policy: { decoupled: true },
});

const event = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;

function output({ model, usage }: RehearsedAnswer, asked: Asked, text: string, finishReason: string): object {
  const all = {
    finish_reason: finishReason,
    num_input_tokens: usage.prompt_tokens,
    num_output_tokens: usage.completion_tokens,
  };
  const wanted = extras.filter((name) => asked.extras.includes(name)).map((name) => [name, all[name]]);
  return { model_name: model, model_version: "1", text_output: text, ...Object.fromEntries(wanted) };
}

/** vLLM's parameters come as JSON text. */
function samplingLimit(json: unknown): number | undefined {
  try {
    return typeof json === "string" ? numberOf(record(JSON.parse(json)).max_tokens) : undefined;
  } catch {
    return undefined;
  }
}

/** The turns of a text in ChatML or in Llama 3's form; all of it is the user's where it is in neither. */
function turnsOf(text: string): Turn[] {
  const turns = [
    ...text.matchAll(/<\|im_start\|>(\w+)\n(.*?)(?:<\|im_end\|>|$)/gs),
    ...text.matchAll(/<\|start_header_id\|>(\w+)<\|end_header_id\|>\n\n(.*?)(?:<\|eot_id\|>|$)/gs),
  ].map(([, role, content]) => ({ role, content }));
  // The empty turn at the end asks for the answer.
  const said = turns.filter(({ content }, at) => at < turns.length - 1 || content !== "");
  return said.length > 0 ? said : [{ role: "user", content: text }];
}
