import type {
  AssistantPart,
  ChatRequest,
  Message,
  OutputFormat,
  TextPart,
  Tool,
  ToolChoice,
  UserPart,
} from "../../../chat/index.ts";
import { type JsonObject, present } from "../values.ts";

export interface RenderOptions {
  /** `reasoning_effort`, where the model is told how much to think. */
  readonly effort?: string;
  /** Writes several texts as one, for a provider that takes a list of parts for so many messages. */
  readonly joinTexts: boolean;
}

/**
 * A request in the OpenAI wire's form, without model, limit and stream: those are the provider's. What the wire can't
 * say is not here; `unsupported` has refused it.
 *
 * Left out on purpose: thoughts, signed or not, which no provider of this wire takes; marks of prompt caches, which
 * these providers set themselves.
 */
export function renderRequest(request: ChatRequest, { effort, joinTexts }: RenderOptions): JsonObject {
  const { tools, stop, logprobs, format, toolChoice } = request;
  return present({
    messages: request.messages.flatMap((message) => renderMessage(message, joinTexts) ?? []),
    tools: tools.length > 0 ? tools.map(renderTool) : undefined,
    tool_choice: toolChoice && renderToolChoice(toolChoice),
    parallel_tool_calls: request.parallelToolCalls,
    temperature: request.temperature,
    top_p: request.topP,
    seed: request.seed,
    stop: stop.length > 0 ? stop : undefined,
    frequency_penalty: request.frequencyPenalty,
    presence_penalty: request.presencePenalty,
    n: request.choices,
    logprobs: logprobs === undefined ? undefined : true,
    top_logprobs: logprobs || undefined,
    response_format: format && renderFormat(format),
    reasoning_effort: effort,
    safety_identifier: request.user,
  });
}

/** @returns undefined for a message of which nothing remains */
function renderMessage(message: Message, joinTexts: boolean): JsonObject | undefined {
  switch (message.role) {
    case "system":
      return { role: "system", content: renderContent(message.parts, joinTexts) };
    case "user":
      return { role: "user", content: renderContent(message.parts, joinTexts), ...present({ name: message.name }) };
    case "tool":
      return {
        role: "tool",
        tool_call_id: message.callId,
        content: renderContent(
          message.isError ? [failed, ...message.parts] : message.parts,
          joinTexts || message.isError === true,
        ),
      };
    case "assistant":
      return renderAssistant(message.parts, message.name, joinTexts);
  }
}

/** The wire has no other place for the fact that a tool failed. */
const failed: TextPart = { type: "text", text: "Error:" };

function renderAssistant(parts: readonly AssistantPart[], name: string | undefined, joinTexts: boolean) {
  const texts = parts.filter((part) => part.type === "text");
  const calls = parts.flatMap((part) => (part.type === "tool_call" ? [renderToolCall(part)] : []));
  const refusal = parts.flatMap((part) => (part.type === "refusal" ? [part.text] : [])).join("");
  if (texts.length + calls.length === 0 && refusal === "") return undefined;
  return {
    role: "assistant",
    content: texts.length === 0 ? null : renderContent(texts, joinTexts),
    ...present({ name, refusal: refusal || undefined, tool_calls: calls.length > 0 ? calls : undefined }),
  };
}

type ToolCall = Extract<AssistantPart, { type: "tool_call" }>;

const renderToolCall = ({ id, name, arguments: json }: ToolCall): JsonObject => ({
  id,
  type: "function",
  function: { name, arguments: json },
});

/** One text is a string, as most clients and all providers write it. */
function renderContent(parts: readonly UserPart[], joinTexts: boolean): string | JsonObject[] {
  const texts = parts.flatMap((part) => (part.type === "text" ? [part.text] : []));
  if (texts.length === parts.length && (joinTexts || texts.length < 2)) return texts.join("\n\n");
  return parts.map(renderPart);
}

function renderPart(part: UserPart): JsonObject {
  switch (part.type) {
    case "text":
      return { type: "text", text: part.text };
    case "image":
      return { type: "image_url", image_url: { url: addressOf(part.source), ...present({ detail: part.detail }) } };
    case "file":
      return { type: "file", file: { filename: part.name ?? "document", file_data: addressOf(part.source) } };
  }
}

const addressOf = (source: Extract<UserPart, { type: "image" }>["source"]): string =>
  source.kind === "url" ? source.url : `data:${source.mediaType};base64,${source.data}`;

const renderTool = ({ name, description, parameters, strict }: Tool): JsonObject => ({
  type: "function",
  function: { name, ...present({ description, parameters, strict }) },
});

const renderToolChoice = (choice: ToolChoice): unknown =>
  choice.type === "tool" ? { type: "function", function: { name: choice.name } } : choice.type;

function renderFormat(format: OutputFormat): JsonObject {
  if (format.type === "json") return { type: "json_object" };
  const { schema, name = "answer", description, strict = true } = format;
  // Other wires always hold a model to its schema, this one only where it is told to.
  return { type: "json_schema", json_schema: { name, schema, strict, ...present({ description }) } };
}
