import type { ChatRequest, OutputFormat, Tool, Unsupported } from "../../chat/index.ts";
import type { ChatQuestion } from "../provider.ts";
import { conversationOf } from "./messages.ts";
import { type ModelTraits, traitsOf } from "./models.ts";
import { Refusals } from "./refusals.ts";
import { thinkingOf } from "./thinking.ts";
import type { CallingConfig, GenerateBody } from "./types.ts";

/** Google's own limit. */
const maxStopSequences = 5;

export interface Rendered {
  readonly body: GenerateBody;
  /** What of the request the body does not hold. */
  readonly unsupported: readonly Unsupported[];
}

export interface Asked {
  readonly question: ChatQuestion;
  readonly model: string;
  /** Whether the model goes on with its own turn that the request ends with. */
  readonly prefill: boolean;
  /** Where the client gave no limit. */
  readonly maxOutputTokens?: number | undefined;
}

/** A request as Gemini takes it, and what of it Gemini can't do. `user` and cache hints change no answer. */
export function render({ question, model, prefill, maxOutputTokens }: Asked): Rendered {
  const { request, wire } = question;
  const traits = traitsOf(model);
  const refusals = new Refusals(wire);
  refuseFields(request, traits, refusals);
  if (request.messages.at(-1)?.role === "assistant" && !prefill) {
    refusals.message(`does not go on with an assistant's message (${model})`, request.messages.length - 1);
  }
  const { systemInstruction, contents } = conversationOf(request.messages, traits, refusals);
  const body: GenerateBody = {
    systemInstruction,
    contents,
    ...toolsOf(request),
    generationConfig: {
      maxOutputTokens: request.maxOutputTokens ?? maxOutputTokens,
      temperature: request.temperature,
      topP: request.topP,
      topK: request.topK,
      seed: request.seed,
      stopSequences: request.stop.length > 0 ? [...request.stop] : undefined,
      // 0 means no penalty, which is what Gemini does without being told.
      frequencyPenalty: request.frequencyPenalty || undefined,
      presencePenalty: request.presencePenalty || undefined,
      candidateCount: request.choices === 1 ? undefined : request.choices,
      thinkingConfig: thinkingOf(request.reasoning, traits),
      ...formOf(request.format),
    },
  };
  return { body, unsupported: refusals.found };
}

function refuseFields(request: ChatRequest, traits: ModelTraits, refusals: Refusals): void {
  const { choices = 1, tools, stop, format } = request;
  if (choices > traits.candidates) {
    refusals.field("n", traits.candidates === 1 ? "gives one answer" : `gives at most ${traits.candidates} answers`);
  }
  if (request.logprobs !== undefined) refusals.field("logprobs", "gives no log probabilities through this router");
  if (stop.length > maxStopSequences) refusals.field({ of: "stop" }, `takes at most ${maxStopSequences} of them`);
  if (request.frequencyPenalty && !traits.penalties) refusals.field("frequency_penalty", "knows no penalties");
  if (request.presencePenalty && !traits.penalties) refusals.field("presence_penalty", "knows no penalties");
  if (format && tools.length > 0 && !traits.formatWithTools) {
    refusals.field({ of: "format" }, "holds to a format beside tools only since Gemini 3");
  }
  for (const path of Object.keys(request.foreign)) refusals.field(path, "has nothing like it");
}

function toolsOf({ tools, toolChoice }: ChatRequest): Pick<GenerateBody, "tools" | "toolConfig"> {
  if (tools.length === 0) return {};
  const functionDeclarations = tools.map(({ name, description, parameters }) => ({
    name,
    description,
    parametersJsonSchema: parameters,
  }));
  const config = callingConfig(toolChoice, tools);
  return { tools: [{ functionDeclarations }], toolConfig: config && { functionCallingConfig: config } };
}

/** Of its own Gemini may call or not; where a tool is strict, a call must follow the declared schema. */
function callingConfig(choice: ChatRequest["toolChoice"], tools: readonly Tool[]): CallingConfig | undefined {
  const strict = tools.some((tool) => tool.strict === true);
  switch (choice?.type) {
    case undefined:
      return strict ? { mode: "VALIDATED" } : undefined;
    case "auto":
      return { mode: strict ? "VALIDATED" : "AUTO" };
    case "none":
      return { mode: "NONE" };
    case "required":
      return { mode: "ANY" };
    case "tool":
      return { mode: "ANY", allowedFunctionNames: [choice.name] };
  }
}

/** The answer's form. A format's name means nothing to Gemini; it is always held to the schema, strict or not. */
function formOf(format: OutputFormat | undefined) {
  if (format === undefined) return {};
  const json = { responseMimeType: "application/json" };
  if (format.type === "json") return json;
  const { schema, description } = format;
  // Beside a reference Gemini allows nothing else.
  const described = description === undefined || "description" in schema || "$ref" in schema;
  return { ...json, responseJsonSchema: described ? schema : { ...schema, description } };
}
