import type { ChatRequest, OutputFormat, Reasoning, TextPart, Tool, ToolChoice } from "../../chat/index.ts";
import { cacheOf } from "./cache.ts";
import { Foreign } from "./foreign.ts";
import { given, isObject, type JsonObject } from "./json.ts";
import { readMessages, readText } from "./read-messages.ts";
import { numberAt, objectAt, objectsAt, stringAt, stringsAt } from "./values.ts";

/**
 * Fields that don't change what is answered, only how: whether in a stream, how fast, at which price, with which
 * diagnosis. A provider of another wire is asked without them.
 */
const harmless = ["model", "stream", "service_tier", "speed", "cache_control", "diagnostics"];

/** Read below. */
const known = [
  ...["messages", "system", "max_tokens", "temperature", "top_p", "top_k", "stop_sequences", "tools", "tool_choice"],
  ...["thinking", "output_config", "output_format", "metadata"],
];

/** Reads a Messages request; its known fields have been checked by the route's schema. */
export function readRequest(body: Readonly<JsonObject>): ChatRequest {
  const fields = given(body);
  const foreign = new Foreign();
  foreign.rest(fields, "", [...harmless, ...known]);
  const system = readSystem(fields.system, foreign);
  const toolChoice = readToolChoice(fields.tool_choice, foreign);
  const format = readFormat(fields, foreign);
  const reasoning = readReasoning(fields, foreign);
  const user = isObject(fields.metadata) ? fields.metadata.user_id : undefined;
  return {
    messages: [...system, ...readMessages(objectsAt(fields.messages, "messages"), foreign)],
    tools: fields.tools === undefined ? [] : readTools(objectsAt(fields.tools, "tools"), foreign),
    ...toolChoice,
    ...numbers(fields),
    stop: fields.stop_sequences === undefined ? [] : stringsAt(fields.stop_sequences, "stop_sequences"),
    ...(format ? { format } : {}),
    ...(reasoning ? { reasoning } : {}),
    ...(typeof user === "string" ? { user } : {}),
    foreign: foreign.fields,
  };
}

function numbers(fields: JsonObject) {
  const { max_tokens, temperature, top_p, top_k } = fields;
  return {
    ...(max_tokens === undefined ? {} : { maxOutputTokens: numberAt(max_tokens, "max_tokens") }),
    ...(temperature === undefined ? {} : { temperature: numberAt(temperature, "temperature") }),
    ...(top_p === undefined ? {} : { topP: numberAt(top_p, "top_p") }),
    ...(top_k === undefined ? {} : { topK: numberAt(top_k, "top_k") }),
  };
}

function readSystem(system: unknown, foreign: Foreign): { role: "system"; parts: TextPart[] }[] {
  if (system === undefined) return [];
  const parts = readText(system, "system", foreign);
  return parts.length === 0 ? [] : [{ role: "system", parts }];
}

/** Tools that Anthropic runs or defines itself are nothing that another provider has. */
function readTools(tools: readonly JsonObject[], foreign: Foreign): Tool[] {
  return tools.flatMap((tool, index): Tool[] => {
    const path = `tools[${index}]`;
    const { type = "custom", name, description, input_schema, strict, cache_control, ...others } = given(tool);
    if (type !== "custom") {
      foreign.note(path, tool);
      return [];
    }
    // How a call's arguments are cut into events is no matter of the answer; these two are the defaults.
    const { eager_input_streaming: _, defer_loading, allowed_callers, ...more } = others;
    if (defer_loading === true) foreign.note(`${path}.defer_loading`, defer_loading);
    if (allowed_callers !== undefined && JSON.stringify(allowed_callers) !== '["direct"]') {
      foreign.note(`${path}.allowed_callers`, allowed_callers);
    }
    foreign.rest(more, path);
    return [
      {
        name: stringAt(name, `${path}.name`),
        ...(description === undefined ? {} : { description: stringAt(description, `${path}.description`) }),
        parameters: objectAt(input_schema, `${path}.input_schema`),
        ...(typeof strict === "boolean" ? { strict } : {}),
        ...cacheOf(cache_control),
      },
    ];
  });
}

function readToolChoice(choice: unknown, foreign: Foreign): { toolChoice?: ToolChoice; parallelToolCalls?: boolean } {
  if (choice === undefined) return {};
  const { type, name, disable_parallel_tool_use: disabled } = given(objectAt(choice, "tool_choice"));
  const parallel = typeof disabled === "boolean" ? { parallelToolCalls: !disabled } : {};
  switch (type) {
    case "auto":
    case "none":
      return { toolChoice: { type }, ...parallel };
    case "any":
      return { toolChoice: { type: "required" }, ...parallel };
    case "tool":
      return { toolChoice: { type, name: stringAt(name, "tool_choice.name") }, ...parallel };
    default:
      foreign.note("tool_choice", choice);
      return {};
  }
}

/** This wire always holds the model to a schema, so other providers are to do so too. */
function readFormat(fields: JsonObject, foreign: Foreign): OutputFormat | undefined {
  const config = isObject(fields.output_config) ? given(fields.output_config) : {};
  // The older field, from before the newer was there; both have one form.
  const [format, path] =
    config.format === undefined ? [fields.output_format, "output_format"] : [config.format, "output_config.format"];
  if (format === undefined) return undefined;
  const { type, schema } = objectAt(format, path);
  if (type === "json_schema") return { type, schema: objectAt(schema, `${path}.schema`), strict: true };
  foreign.note(path, format);
  return undefined;
}

const efforts: readonly unknown[] = ["low", "medium", "high", "xhigh", "max"] satisfies Reasoning["effort"][];

function readReasoning(fields: JsonObject, foreign: Foreign): Reasoning | undefined {
  const { effort, format: _, ...others } = isObject(fields.output_config) ? given(fields.output_config) : {};
  foreign.rest(others, "output_config");
  const level = efforts.includes(effort) ? (effort as Reasoning["effort"]) : undefined;
  if (effort !== undefined && !level) foreign.note("output_config.effort", effort);
  const reasoning = { ...readThinking(fields.thinking, foreign), ...(level ? { effort: level } : {}) };
  return Object.keys(reasoning).length > 0 ? reasoning : undefined;
}

/** How thoughts are shown (`display`) is left to whoever thinks them. */
function readThinking(thinking: unknown, foreign: Foreign): Reasoning {
  if (thinking === undefined) return {};
  const { type, budget_tokens: budget } = given(objectAt(thinking, "thinking"));
  switch (type) {
    case "adaptive":
      return { enabled: true };
    case "enabled":
      return { enabled: true, budgetTokens: numberAt(budget, "thinking.budget_tokens") };
    case "disabled":
    case "between_tools":
      return { enabled: false };
    default:
      foreign.note("thinking", thinking);
      return {};
  }
}
