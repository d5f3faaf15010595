import type { ChatRequest, OutputFormat, Reasoning, Tool, ToolChoice } from "../../../chat/index.ts";
import { isObject, type JsonObject, present } from "../values.ts";
import { Fields, type Foreign, wrong } from "./fields.ts";
import { readMessages } from "./messages.ts";

/**
 * Fields that change how a request is served, billed or stored, but not the answer; a provider that has no such thing
 * loses nothing. The wire of 2026-11-23 (openai 7.57); every other field that the router does not know is foreign.
 */
const withoutEffect: readonly string[] = [
  "model",
  "stream",
  "stream_options",
  "store",
  "metadata",
  "service_tier",
  "prompt_cache_key",
  "prompt_cache_options",
  "prompt_cache_retention",
  // Makes a known text come faster.
  "prediction",
];

const efforts = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;

/**
 * Reads a request of the OpenAI wire.
 *
 * @throws RouterError invalid_request that names the field
 */
export function readRequest(body: Readonly<JsonObject>): ChatRequest {
  const foreign: Foreign = {};
  const fields = new Fields(body, "");
  fields.ignore(withoutEffect);
  const request = {
    messages: readMessages(fields.objects("messages"), foreign),
    // `functions`, from before there were tools, stay foreign: their clients don't read the calls that others make.
    tools: fields.objects("tools").flatMap((tool) => readTool(tool, foreign) ?? []),
    stop: readStop(fields),
    ...present({
      toolChoice: readToolChoice(fields, foreign),
      parallelToolCalls: fields.boolean("parallel_tool_calls"),
      maxOutputTokens: readLimit(fields),
      temperature: fields.number("temperature"),
      topP: fields.number("top_p"),
      seed: fields.number("seed"),
      frequencyPenalty: fields.number("frequency_penalty"),
      presencePenalty: fields.number("presence_penalty"),
      choices: fields.number("n"),
      logprobs: readLogprobs(fields),
      format: readFormat(fields, foreign),
      reasoning: readReasoning(fields),
      user: readUser(fields),
    }),
  };
  ignoreDefaults(fields);
  fields.rest(foreign);
  return { ...request, foreign };
}

/** Values that say what is the case without them. */
function ignoreDefaults(fields: Fields): void {
  const modalities = fields.value.modalities;
  if (Array.isArray(modalities) && modalities.every((one) => one === "text")) fields.ignore(["modalities"]);
  const bias = fields.value.logit_bias;
  if (isObject(bias) && Object.keys(bias).length === 0) fields.ignore(["logit_bias"]);
}

/** The newer name comes before the older one. */
function readLimit(fields: Fields): number | undefined {
  const older = fields.number("max_tokens");
  return fields.number("max_completion_tokens") ?? older;
}

function readUser(fields: Fields): string | undefined {
  const older = fields.string("user");
  return fields.string("safety_identifier") ?? older;
}

function readLogprobs(fields: Fields): number | undefined {
  const alternatives = fields.number("top_logprobs") ?? 0;
  return fields.boolean("logprobs") ? alternatives : undefined;
}

function readStop(fields: Fields): string[] {
  const value = fields.any("stop") ?? [];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.map((one) => {
    if (typeof one === "string") return one;
    throw wrong("stop", "a string or a list of strings");
  });
}

function readReasoning(fields: Fields): Reasoning | undefined {
  const effort = fields.choice("reasoning_effort", efforts);
  if (effort === undefined) return undefined;
  return effort === "none" ? { enabled: false } : { effort };
}

function readTool(tool: Fields, foreign: Foreign): Tool | undefined {
  const called = tool.any("type") === "function" ? tool.object("function") : undefined;
  if (called) return readFunction(called, foreign);
  foreign[tool.path] = tool.value;
  return undefined;
}

function readFunction(called: Fields, foreign: Foreign): Tool {
  const tool = {
    name: called.required("name"),
    ...present({
      description: called.string("description"),
      parameters: called.json("parameters"),
      strict: called.boolean("strict"),
    }),
  };
  called.rest(foreign);
  return tool;
}

const plainChoices = ["auto", "none", "required"] as const;

function readToolChoice(fields: Fields, foreign: Foreign): ToolChoice | undefined {
  const value = fields.any("tool_choice");
  if (value === undefined) return undefined;
  const plain = plainChoices.find((one) => one === value);
  if (plain) return { type: plain };
  if (!isObject(value)) throw wrong("tool_choice", `${plainChoices.join(", ")}, or an object`);
  if (value.type === "function") {
    return { type: "tool", name: new Fields(value.function, "tool_choice.function").required("name") };
  }
  // A choice among some tools, or a custom one.
  foreign.tool_choice = value;
  return undefined;
}

function readFormat(fields: Fields, foreign: Foreign): OutputFormat | undefined {
  const format = fields.object("response_format");
  const type = format?.required("type");
  if (!format || type === "text") return undefined;
  if (type === "json_object") return { type: "json" };
  if (type !== "json_schema") {
    foreign.response_format = format.value;
    return undefined;
  }
  const named = format.object("json_schema");
  if (!named) throw wrong("response_format.json_schema", "an object");
  const schema = named.json("schema");
  const read = present({
    name: named.string("name"),
    description: named.string("description"),
    strict: named.boolean("strict"),
  });
  named.rest(foreign);
  // Without a schema it is any JSON.
  return schema ? { type, schema, ...read } : { type: "json" };
}
