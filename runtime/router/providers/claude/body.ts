import type {
  MessageCreateParamsStreaming,
  OutputConfig,
  ToolChoice as ToolChoiceParam,
  Tool as ToolParam,
} from "@anthropic-ai/sdk/resources/messages";
import type { ChatRequest, Tool } from "../../chat/index.ts";
import { isObject, signatureOf } from "../../wires/anthropic/index.ts";
import type { ChatCall, CountCall } from "../provider.ts";
import { claudeModel } from "./models.ts";
import { cacheControl, renderMessages } from "./render-messages.ts";
import { resumesUnthought, thinkingOf } from "./thinking.ts";

/** The official client no longer names the sampling parameters; models up to 4.6 take them. */
export type RenderedBody = Omit<MessageCreateParamsStreaming, "max_tokens"> & {
  max_tokens?: number;
  temperature?: number;
  top_p?: number;
  top_k?: number;
};

type Asked = Pick<ChatCall, "model" | "maxOutputTokens">;

/** What Claude is sent: the client's own body where it speaks Claude's wire, else the same in Claude's words. */
export function claudeBody({ question, ...asked }: ChatCall): object {
  return question.wire === "anthropic" ? ownBody(question.body, asked) : renderBody(question.request, asked);
}

/**
 * The client's body with the provider's model, as a stream; all else as it came, but for thoughts that other providers
 * had in earlier turns: Claude refuses what it did not sign.
 */
function ownBody(body: ChatCall["question"]["body"], { model, maxOutputTokens }: Asked): object {
  const max_tokens = body.max_tokens ?? maxOutputTokens;
  const messages = ownMessages(body);
  return { ...body, model, messages, stream: true, ...(max_tokens === undefined ? {} : { max_tokens }) };
}

/** What Claude is sent to count: what makes the prompt, and nothing of how it is answered. */
export function countBody({ question, model }: CountCall): object {
  if (question.wire === "anthropic") return { ...question.body, model, messages: ownMessages(question.body) };
  const { system, messages, tools, tool_choice, thinking, output_config } = renderBody(question.request, { model });
  return { model, system, messages, tools, tool_choice, thinking, output_config };
}

const ownMessages = ({ messages }: ChatCall["question"]["body"]): unknown[] =>
  messages.map(withoutOthersThoughts).filter((message) => message !== undefined);

/** @returns undefined for a turn that was nothing but such thoughts */
function withoutOthersThoughts(message: unknown): unknown {
  if (!isObject(message) || message.role !== "assistant" || !Array.isArray(message.content)) return message;
  const blocks: unknown[] = message.content;
  const content = blocks.filter((block) => !isOthersThought(block));
  if (content.length === blocks.length) return message;
  return content.length > 0 ? { ...message, content } : undefined;
}

function isOthersThought(block: unknown): boolean {
  return isObject(block) && block.type === "thinking" && signatureOf(String(block.signature ?? ""))?.by !== "claude";
}

/** A request of another wire in Claude's words; only of what Claude can do (see unsupported.ts). */
export function renderBody(request: ChatRequest, { model, maxOutputTokens }: Asked): RenderedBody {
  const limit = request.maxOutputTokens ?? maxOutputTokens;
  const { system, messages } = renderMessages(request.messages);
  const { thinking, effort } = thinkingOf(request.reasoning, claudeModel(model), limit);
  const thinks = thinking && !(thinking.type === "enabled" && resumesUnthought(messages));
  const output = outputConfig(request, effort);
  return {
    model,
    ...(limit === undefined ? {} : { max_tokens: limit }),
    ...(system.length > 0 ? { system } : {}),
    messages,
    ...(request.tools.length > 0 ? { tools: request.tools.map(tool) } : {}),
    ...toolChoice(request),
    ...sampling(request),
    ...(request.stop.length > 0 ? { stop_sequences: [...request.stop] } : {}),
    ...(thinks ? { thinking } : {}),
    ...(output ? { output_config: output } : {}),
    ...(request.user === undefined ? {} : { metadata: { user_id: request.user } }),
    stream: true,
  };
}

function tool({ name, description, parameters, strict, cache }: Tool): ToolParam {
  return {
    name,
    ...(description === undefined ? {} : { description }),
    input_schema: { type: "object", ...parameters },
    ...(strict === undefined ? {} : { strict }),
    ...cacheControl(cache),
  };
}

/** Whether calls may come together is a part of the choice in this wire. */
function toolChoice({ tools, toolChoice: choice, parallelToolCalls }: ChatRequest): { tool_choice?: ToolChoiceParam } {
  if (tools.length === 0) return {};
  if (choice?.type === "none") return { tool_choice: { type: "none" } };
  if (!choice && parallelToolCalls === undefined) return {};
  const parallel = parallelToolCalls === undefined ? {} : { disable_parallel_tool_use: !parallelToolCalls };
  switch (choice?.type) {
    case "required":
      return { tool_choice: { type: "any", ...parallel } };
    case "tool":
      return { tool_choice: { type: "tool", name: choice.name, ...parallel } };
    default:
      return { tool_choice: { type: "auto", ...parallel } };
  }
}

/** 1 is the default of both: left out, it stands in nobody's way. Claude takes one of the two, and newer models none. */
function sampling({ temperature, topP, topK }: ChatRequest) {
  return {
    ...(temperature === undefined || temperature === 1 ? {} : { temperature }),
    ...(topP === undefined || topP === 1 ? {} : { top_p: topP }),
    ...(topK === undefined ? {} : { top_k: topK }),
  };
}

function outputConfig({ format }: ChatRequest, effort: OutputConfig["effort"]): OutputConfig | undefined {
  if (format?.type !== "json_schema" && !effort) return undefined;
  return {
    ...(effort ? { effort } : {}),
    ...(format?.type === "json_schema" ? { format: { type: "json_schema", schema: format.schema } } : {}),
  };
}
