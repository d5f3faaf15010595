import type { ChatBody } from "../provider.ts";

/** What the router's own answers add to the wire, beside what others who speak it add. */
const thoughtFields = ["reasoning_details", "reasoning_content", "reasoning"];

type Fields = Readonly<Record<string, unknown>>;

/**
 * A body without the thoughts that its messages bring back from earlier answers: OpenAI keeps its own, has no use for
 * those of others, and refuses fields of messages that it does not know.
 *
 * @returns the same body where there is none
 */
export function withoutThoughts(body: ChatBody): ChatBody {
  if (!body.messages.some((message) => isObject(message) && isThoughtful(message))) return body;
  const messages = body.messages.map((message) => (isObject(message) ? stripped(message) : message));
  return { ...body, messages };
}

function isThoughtful(message: Fields): boolean {
  if (message.role !== "assistant") return false;
  return thoughtFields.some((field) => message[field] !== undefined) || callsOf(message).some(isSigned);
}

function stripped(message: Fields): Fields {
  if (!isThoughtful(message)) return message;
  const kept = Object.entries(message).filter(([field]) => !thoughtFields.includes(field));
  const calls = callsOf(message).map((call) => (isSigned(call) ? withoutSignature(call) : call));
  return { ...Object.fromEntries(kept), ...(calls.length > 0 ? { tool_calls: calls } : {}) };
}

const callsOf = ({ tool_calls: calls }: Fields): readonly unknown[] => (Array.isArray(calls) ? calls : []);

const isSigned = (call: unknown): call is Fields => isObject(call) && call.extra_content !== undefined;

function withoutSignature({ extra_content: _signature, ...call }: Fields): Fields {
  return call;
}

const isObject = (value: unknown): value is Fields => typeof value === "object" && value !== null;
