import type { FinishReason, RehearsedAnswer } from "../answer.ts";
import type { RehearsedUsage } from "../script.ts";
import { conversation, list, numberOf, record, textOf } from "./read.ts";
import type { ErrorDetails, RehearsalWire } from "./wire.ts";

const responseId = "rehearsal";
const thoughtSignature = "cmVoZWFyc2FsLXRob3VnaHQ=";

/** Google's Gemini API. */
export const geminiWire: RehearsalWire = {
  name: "gemini",
  chatPath: /^\/v1(?:beta)?\/models\/(?<model>[^/]+):(?<action>generateContent|streamGenerateContent)$/,

  read(body, { model = "unnamed", action }) {
    const { contents, systemInstruction, generationConfig } = record(body);
    const system = { role: "system", content: record(systemInstruction).parts };
    const turns = list(contents).map(record);
    return {
      ...conversation([system, ...turns.map(({ role, parts }) => ({ role, content: parts }))], "model"),
      model,
      stream: action === "streamGenerateContent",
      includeUsage: true,
      maxTokens: numberOf(record(generationConfig).maxOutputTokens),
      extras: [],
    };
  },

  whole: (answer) =>
    response(answer, partsOf(answer), { finishReason: finishReasons[answer.finishReason] }, usageOf(answer.usage)),

  stream(answer) {
    const ongoing = promptUsage(answer.usage);
    return {
      opening: "",
      words: streamedParts(answer).map((part) => ({ event: event(response(answer, [part], {}, ongoing)) })),
      ending: [
        event(
          response(
            answer,
            [{ text: "", ...(signsText(answer) ? { thoughtSignature } : {}) }],
            { finishReason: finishReasons[answer.finishReason] },
            usageOf(answer.usage),
          ),
        ),
      ],
      done: "",
    };
  },

  error: geminiError,
  inBand: (message) => event(geminiError(503, message)),

  refuse(refusal) {
    const invalid = (message: string) => ({ status: 400, body: geminiError(400, message) });
    switch (refusal.kind) {
      case "context-length": {
        const limit = `the maximum number of tokens allowed (${refusal.limit})`;
        return invalid(`The input token count (${refusal.tokens}) exceeds ${limit}.`);
      }
      case "content-filter":
        // Not an HTTP error: an answer without candidates that says why.
        return {
          status: 200,
          body: {
            promptFeedback: { blockReason: "PROHIBITED_CONTENT" },
            usageMetadata: { promptTokenCount: 1, totalTokenCount: 1 },
            modelVersion: "rehearsal",
            responseId,
          },
        };
      case "prefill":
        return invalid("Please ensure that single turn requests end with a user role or the role field is empty.");
      case "invalid":
        return invalid(refusal.message);
    }
  },

  embeddings: {
    path: /^\/v1(?:beta)?\/models\/(?<model>[^/]+):batchEmbedContents$/,
    read(body, { model = "unnamed" }) {
      const requests = list(record(body).requests).map(record);
      return {
        model,
        texts: requests.map(({ content }) => textOf(record(content).parts)),
        dimensions: numberOf(requests[0]?.outputDimensionality),
        format: undefined,
        output: undefined,
      };
    },
    answer: (_, vectors) => ({ embeddings: vectors.map((values) => ({ values })) }),
  },

  counting: {
    path: /^\/v1(?:beta)?\/models\/(?<model>[^/]+):countTokens$/,
    read: (body, path) => geminiWire.read(record(body).generateContentRequest ?? body, path),
    answer: (tokens) => ({ totalTokens: tokens }),
  },

  // The official client asks for version 1, where OpenAI has the same path.
  lists: [
    { method: "GET", path: /^\/v1beta\/models$/, body: modelList },
    { method: "GET", path: /^\/v1\/models$/, header: "x-goog-api-key", body: modelList },
  ],
};

function modelList(models: readonly string[]): object {
  return {
    models: models.map((model) => ({
      name: `models/${model}`,
      version: "rehearsal",
      displayName: `${model} (rehearsal)`,
      inputTokenLimit: 1_048_576,
      outputTokenLimit: 65_536,
      supportedGenerationMethods: ["generateContent", "embedContent"],
    })),
  };
}

const event = (value: object): string => `data: ${JSON.stringify(value)}\r\n\r\n`;

function response({ model }: RehearsedAnswer, parts: readonly object[], finish: object, usageMetadata: object): object {
  const candidates = [{ content: { parts, role: "model" }, ...finish, index: 0 }];
  return { candidates, usageMetadata, modelVersion: model, responseId };
}

/** A call comes as a whole; the first of an answer that was thought about is signed. */
const callsOf = ({ toolCalls, reasoning }: RehearsedAnswer) =>
  toolCalls.map(({ name, input }, at) => ({
    functionCall: { name, args: input },
    ...(at === 0 && reasoning.length > 0 ? { thoughtSignature } : {}),
  }));

/** Without a call it is the text that is signed. */
const signsText = ({ toolCalls, reasoning }: RehearsedAnswer) => reasoning.length > 0 && toolCalls.length === 0;

const partsOf = (answer: RehearsedAnswer): object[] => [
  ...(answer.reasoning.length > 0 ? [{ text: answer.reasoning.join(""), thought: true }] : []),
  ...(answer.words.length > 0
    ? [{ text: answer.words.join(""), ...(signsText(answer) ? { thoughtSignature } : {}) }]
    : []),
  ...callsOf(answer),
];

const streamedParts = (answer: RehearsedAnswer): object[] => [
  ...answer.reasoning.map((text) => ({ text, thought: true })),
  ...answer.words.map((text) => ({ text })),
  ...callsOf(answer),
];

/** A call of a tool has no finish reason of its own here. */
const finishReasons: Readonly<Record<FinishReason, string>> = {
  stop: "STOP",
  length: "MAX_TOKENS",
  tool_calls: "STOP",
  content_filter: "SAFETY",
};

const promptUsage = ({ prompt_tokens }: RehearsedUsage) => ({
  promptTokenCount: prompt_tokens,
  totalTokenCount: prompt_tokens,
});

/** Gemini counts thoughts beside the answer's tokens, not as a part of them. */
function usageOf({ prompt_tokens, completion_tokens, total_tokens, cached_tokens, reasoning_tokens }: RehearsedUsage) {
  return {
    promptTokenCount: prompt_tokens,
    candidatesTokenCount: completion_tokens - (reasoning_tokens ?? 0),
    totalTokenCount: total_tokens,
    ...(cached_tokens === undefined ? {} : { cachedContentTokenCount: cached_tokens }),
    ...(reasoning_tokens === undefined ? {} : { thoughtsTokenCount: reasoning_tokens }),
  };
}

function geminiError(code: number, message: string, { retryAfter }: ErrorDetails = {}): object {
  const retryInfo = { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${retryAfter}s` };
  const details = retryAfter === undefined ? {} : { details: [retryInfo] };
  return { error: { code, message, status: statuses[code] ?? "UNKNOWN", ...details } };
}

const statuses: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
  503: "UNAVAILABLE",
  504: "DEADLINE_EXCEEDED",
};
