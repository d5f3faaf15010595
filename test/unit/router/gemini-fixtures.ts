import { readFileSync } from "node:fs";
import { join } from "node:path";
import type {
  AssistantPart,
  ChatDelta,
  ChatEvent,
  ChatRequest,
  Message,
  ToolResult,
} from "../../../runtime/router/chat/index.ts";
import { render } from "../../../runtime/router/providers/gemini/render.ts";
import { eventsOf } from "../../../runtime/router/providers/gemini/stream.ts";
import type { GenerateBody } from "../../../runtime/router/providers/gemini/types.ts";
import type { ChatQuestion } from "../../../runtime/router/providers/provider.ts";

const folder = join(import.meta.dirname, "../../fixtures/providers/gemini");

/** A recorded stream with the line ends that Google sends. */
export const sse = (name: string): Buffer =>
  Buffer.from(readFileSync(join(folder, `${name}.sse`), "utf8").replace(/\r?\n/g, "\r\n"));

export const json = (name: string): unknown => JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));

const nothing: ChatRequest = { messages: [], tools: [], stop: [], foreign: {} };

export function asked(request: Partial<ChatRequest>, wire: ChatQuestion["wire"] = "openai"): ChatQuestion {
  return { wire, body: { model: "gemini", messages: [] }, request: { ...nothing, ...request } };
}

export const userSays = (text: string) => ({ role: "user", parts: [{ type: "text", text }] }) as const;

export const says = (...parts: AssistantPart[]): Message => ({ role: "assistant", parts });

export const call = (id: string, more: object = {}): AssistantPart => ({
  type: "tool_call",
  id,
  name: `f_${id}`,
  arguments: '{"x":1}',
  ...more,
});

export const result = (callId: string, text: string, more: Partial<ToolResult> = {}): Message => ({
  role: "tool",
  callId,
  parts: [{ type: "text", text }],
  ...more,
});

/** The body as it goes over the network: what is undefined is gone. */
export function rendered(
  request: Partial<ChatRequest>,
  model = "gemini-3.8-flash",
  maxOutputTokens?: number,
): GenerateBody {
  const { body } = render({ question: asked(request), model, maxOutputTokens, prefill: true });
  return JSON.parse(JSON.stringify(body)) as GenerateBody;
}

export const contentsOf = (messages: readonly Message[], model?: string) => rendered({ messages }, model).contents;

/** What a reader of a stream gets before it ends, or fails. */
export interface Heard {
  readonly events: readonly ChatEvent[];
  readonly failure?: unknown;
}

export async function heard(chunks: readonly Buffer[], maxCalls?: number): Promise<Heard> {
  const events: ChatEvent[] = [];
  try {
    for await (const batch of eventsOf(
      each(chunks),
      { model: "asked-model", maxCalls },
      new AbortController().signal,
    )) {
      events.push(...batch);
    }
    return { events };
  } catch (failure) {
    return { events, failure };
  }
}

async function* each(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}

export const deltasOf = ({ events }: Heard): readonly ChatDelta[] => events.flatMap(({ deltas }) => deltas);
