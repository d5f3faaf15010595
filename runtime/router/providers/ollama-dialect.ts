import type { Reasoning, Unsupported } from "../chat/index.ts";
import { renderRequest } from "../wires/openai/index.ts";
import { type Dialect, effortOfBudget, unsupportedParts } from "./openai-wire/index.ts";
import type { ChatBody, ChatQuestion } from "./provider.ts";

/*
 * What Ollama's OpenAI-compatible path makes of a request, read from its source: openai/openai.go of 0.17.4 and of
 * 2026-08-21. It passes over every field that it does not know. Log probabilities came with 0.12.11.
 */

export const ollamaDialect: Dialect = {
  limitField: "max_tokens",
  adapt(body) {
    const { messages, reasoning_effort: effort } = body;
    return {
      ...body,
      ...(messages.some(isMisread) ? { messages: messages.map((message) => asSystem(joinTexts(message))) } : {}),
      ...(typeof effort === "string" ? { reasoning_effort: nearestEffort(effort) } : {}),
      // It heeds no tool_choice, but without tools there is nothing to choose.
      ...(body.tool_choice === "none" ? { tools: undefined } : {}),
    };
  },
  render(request) {
    const effort = effortOf(request.reasoning);
    const tools = request.toolChoice?.type === "none" ? [] : request.tools;
    return renderRequest({ ...request, tools }, { joinTexts: true, ...(effort === undefined ? {} : { effort }) });
  },
};

type Fields = Readonly<Record<string, unknown>>;

/** A list of parts is read as so many messages, and of a tool's result it is then forgotten which call it answers. */
function isSplit(message: unknown): message is Fields & { readonly content: readonly Fields[] } {
  return (
    isObject(message) &&
    Array.isArray(message.content) &&
    message.content.every((part) => isObject(part) && part.type === "text" && typeof part.text === "string")
  );
}

function joinTexts(message: unknown): unknown {
  return isSplit(message) ? { ...message, content: message.content.map(({ text }) => text).join("\n\n") } : message;
}

/** OpenAI's newer word for system; most models' templates leave out a role that they don't know. */
const isDeveloper = (message: unknown): message is Fields => isObject(message) && message.role === "developer";

const asSystem = (message: unknown): unknown => (isDeveloper(message) ? { ...message, role: "system" } : message);

const isMisread = (message: unknown): boolean => isSplit(message) || isDeveloper(message);

/** It knows low, medium and high, and refuses other levels. */
function nearestEffort(effort: string): string {
  if (effort === "minimal") return "low";
  return effort === "xhigh" || effort === "max" ? "high" : effort;
}

function effortOf(reasoning: Reasoning | undefined): string | undefined {
  if (!reasoning) return undefined;
  const { enabled, effort, budgetTokens } = reasoning;
  if (enabled === false) return "none";
  if (effort === undefined) return budgetTokens === undefined ? undefined : effortOfBudget(budgetTokens);
  return nearestEffort(effort);
}

export function unsupportedByOllama(question: ChatQuestion): readonly Unsupported[] {
  if (question.wire === "openai") return [...unsupportedFields(question.body), ...unsupportedElements(question.body)];
  const { request } = question;
  const { toolChoice, tools } = request;
  const chosen = toolChoice?.type === "required" || toolChoice?.type === "tool";
  return [
    ...unsupportedParts(request, { backend: "local", imageAddresses: false, files: false }),
    ...(chosen ? [{ param: "tool_choice", reason: freeChoice }] : []),
    ...(request.parallelToolCalls === false && tools.length > 0
      ? [{ param: "tool_choice.disable_parallel_tool_use", reason: manyCalls }]
      : []),
  ];
}

const freeChoice = "local leaves it to the model whether it calls a tool, and which";
const manyCalls = "local lets the model call several tools at once";

interface Ignored {
  readonly field: string;
  /** Whether the value asks for something else than what is done anyway. */
  readonly asks: (value: unknown, body: ChatBody) => boolean;
  readonly reason: string;
}

/** Fields that change the answer, and that Ollama passes over without a word. */
const ignored: readonly Ignored[] = [
  { field: "n", asks: (value) => value !== 1, reason: "local gives one answer to a request" },
  { field: "tool_choice", asks: (value) => value !== "auto" && value !== "none", reason: freeChoice },
  {
    field: "parallel_tool_calls",
    asks: (value, { tools }) => value === false && Array.isArray(tools) && tools.length > 0,
    reason: manyCalls,
  },
  { field: "functions", asks: () => true, reason: "local knows tools, but not functions" },
  {
    field: "logit_bias",
    asks: (value) => isObject(value) && Object.keys(value).length > 0,
    reason: "local can't be given it",
  },
  {
    field: "modalities",
    asks: (value) => !Array.isArray(value) || value.some((one) => one !== "text"),
    reason: "local answers in text",
  },
  { field: "verbosity", asks: () => true, reason: "local can't be given it" },
  { field: "web_search_options", asks: () => true, reason: "local does not search the web" },
  { field: "moderation", asks: () => true, reason: "local does not moderate" },
];

function unsupportedFields(body: ChatBody): Unsupported[] {
  return ignored
    .filter(({ field, asks }) => body[field] !== undefined && body[field] !== null && asks(body[field], body))
    .map(({ field, reason }) => ({ param: field, reason }));
}

/** Parts of messages, and tools. */
function unsupportedElements({ messages, tools }: ChatBody): Unsupported[] {
  const parts = messages.flatMap((message, at) =>
    elementsOf(isObject(message) ? message.content : undefined, `messages[${at}].content`, unsupportedPart),
  );
  return [...parts, ...elementsOf(tools, "tools", unsupportedTool)];
}

function elementsOf(list: unknown, path: string, reasonOf: (element: Fields) => string | undefined): Unsupported[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((element, at) => {
    const reason = isObject(element) ? reasonOf(element) : undefined;
    return reason === undefined ? [] : [{ param: `${path}[${at}]`, reason }];
  });
}

function unsupportedPart({ type, image_url: image }: Fields): string | undefined {
  if (type === "file") return "local takes no files";
  const url = isObject(image) ? image.url : image;
  const remote = type === "image_url" && typeof url === "string" && /^https?:/i.test(url);
  return remote ? "local takes images as data, not by their address" : undefined;
}

function unsupportedTool({ type }: Fields): string | undefined {
  return type === "function" ? undefined : "local knows only functions";
}

const isObject = (value: unknown): value is Fields => typeof value === "object" && value !== null;
