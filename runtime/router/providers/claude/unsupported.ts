import type { ChatRequest, Message, Unsupported, UserPart } from "../../chat/index.ts";
import type { ChatQuestion } from "../provider.ts";
import { type RenderedBody, renderBody } from "./body.ts";
import { refusedBy, removedFrom } from "./refusals.ts";
import { argumentsOf } from "./render-messages.ts";

/**
 * What of a request Claude can't do, or this model of it.
 *
 * @param prefill whether the model goes on with an answer that the request ends with
 */
export function unsupportedBy(question: ChatQuestion, model: string, prefill: boolean): readonly Unsupported[] {
  if (question.wire === "anthropic") {
    const { body, headers } = question;
    return [...removedFrom(headers?.["anthropic-version"], body), ...refusedBy(model, body, prefill)];
  }
  const { request } = question;
  const lacking = [...inFields(request), ...request.messages.flatMap(inMessage)];
  if (lacking.length > 0) return lacking;
  const body = renderBody(request, { model });
  const refused = refusedBy(model, { ...body }, prefill).map(({ param, reason }) => ({
    param: openAiName(param),
    reason,
  }));
  return [...refused, ...inBudget(body)];
}

const openAiName = (param: string): string => (param === "thinking" ? "reasoning_effort" : param);

/** Each field that is given and that Claude has nothing for, with the reason. */
function inFields(request: ChatRequest): Unsupported[] {
  const { choices, seed, frequencyPenalty, presencePenalty, logprobs, temperature, topP, format, stop } = request;
  const both = ![undefined, 1].includes(temperature) && ![undefined, 1].includes(topP);
  const found: [given: boolean, param: string, reason: string][] = [
    [(choices ?? 1) > 1, "n", "claude gives one answer to a request"],
    [seed !== undefined, "seed", "claude takes no seed"],
    [(frequencyPenalty ?? 0) !== 0, "frequency_penalty", "claude takes no penalties"],
    [(presencePenalty ?? 0) !== 0, "presence_penalty", "claude takes no penalties"],
    [logprobs !== undefined, "logprobs", "claude gives no log probabilities"],
    [(temperature ?? 0) > 1, "temperature", "claude's temperature ends at 1"],
    [both, "top_p", "claude takes temperature or top_p, not both"],
    [format?.type === "json", "response_format", "claude writes JSON to a schema only: give a json_schema"],
    [stop.some((text) => text.trim() === ""), "stop", "claude takes no stop sequence of blanks only"],
  ];
  const foreign = Object.keys(request.foreign).map((param) => ({ param, reason: `claude has no ${param}` }));
  return [...found.filter(([given]) => given).map(([, param, reason]) => ({ param, reason })), ...foreign];
}

function inMessage(message: Message, index: number): Unsupported[] {
  const path = `messages[${index}]`;
  switch (message.role) {
    case "system":
      return [];
    case "tool":
      return message.parts.flatMap((part, at) => inMedia(part, `${path}.content[${at}]`));
    case "user":
      return [
        ...inName(message.name, path),
        ...message.parts.flatMap((part, at) => inMedia(part, `${path}.content[${at}]`)),
      ];
    case "assistant": {
      const calls = message.parts.filter((part) => part.type === "tool_call");
      const wrong = calls.flatMap((call, at): Unsupported[] => {
        const param = `${path}.tool_calls[${at}].function.arguments`;
        return argumentsOf(call.arguments) ? [] : [{ param, reason: "claude takes arguments that are a JSON object" }];
      });
      return [...inName(message.name, path), ...wrong];
    }
  }
}

function inName(name: string | undefined, path: string): Unsupported[] {
  return name === undefined ? [] : [{ param: `${path}.name`, reason: "claude knows its speakers by role only" }];
}

const imageTypes = ["image/jpeg", "image/png", "image/gif", "image/webp"];
const documentTypes = ["application/pdf", "text/plain"];

function inMedia(part: UserPart, param: string): Unsupported[] {
  if (part.type === "text" || part.source.kind === "url") return [];
  const types = part.type === "image" ? imageTypes : documentTypes;
  return types.includes(part.source.mediaType) ? [] : [{ param, reason: `claude takes ${types.join(", ")}` }];
}

/** Thoughts count as output: they must leave room for an answer. */
function inBudget({ thinking, max_tokens: limit }: RenderedBody): Unsupported[] {
  if (thinking?.type !== "enabled" || limit === undefined || thinking.budget_tokens < limit) return [];
  const reason = `claude would think with ${thinking.budget_tokens} tokens, which must be fewer than the limit of ${limit}`;
  return [{ param: "reasoning_effort", reason }];
}
