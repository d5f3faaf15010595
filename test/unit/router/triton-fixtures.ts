import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { parseRouterConfig, type RouterConfigInput } from "../../../runtime/config/index.ts";
import type { ChatDelta, ChatEvent, ChatRequest, Message } from "../../../runtime/router/chat/index.ts";
import type { ChatQuestion, LlmProvider } from "../../../runtime/router/providers/provider.ts";
import { createTriton } from "../../../runtime/router/providers/triton/index.ts";

export type TritonInput = NonNullable<NonNullable<RouterConfigInput["backends"]>["triton"]>;

export function tritonConfig(input: TritonInput) {
  const { triton } = parseRouterConfig({ backends: { triton: input } }, "test").backends;
  if (!triton) throw new Error("no triton in the parsed configuration");
  return triton;
}

export const user = (text: string): Extract<Message, { role: "user" }> => ({
  role: "user",
  parts: [{ type: "text", text }],
});
export const system = (text: string): Message => ({ role: "system", parts: [{ type: "text", text }] });
export const assistant = (text: string): Message => ({ role: "assistant", parts: [{ type: "text", text }] });

export function requestOf(more: Partial<ChatRequest> = {}): ChatRequest {
  return { messages: [user("hello")], tools: [], stop: [], foreign: {}, ...more };
}

export function questionOf(more: Partial<ChatRequest> = {}, wire: ChatQuestion["wire"] = "openai"): ChatQuestion {
  return { wire, body: { model: "triton", messages: [] }, request: requestOf(more) };
}

export function callOf(model: string, more: Partial<ChatRequest> = {}) {
  const { signal } = new AbortController();
  return { model, question: questionOf(more), stickyKey: "somebody", signal };
}

export async function collect(events: AsyncIterable<readonly ChatEvent[]>): Promise<ChatEvent[]> {
  const all: ChatEvent[] = [];
  for await (const batch of events) all.push(...batch);
  return all;
}

export const deltasOf = (events: readonly ChatEvent[]): ChatDelta[] => events.flatMap(({ deltas }) => [...deltas]);

export const textOf = (events: readonly ChatEvent[]): string =>
  deltasOf(events)
    .map((delta) => (delta.type === "text" ? delta.text : ""))
    .join("");

export const sse = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;

/** An event as Triton writes it. */
export const said = (text: unknown, more: object = {}): string =>
  sse({ model_name: "llama", model_version: "3", text_output: text, ...more });

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

export interface FakeTriton {
  readonly provider: LlmProvider;
  readonly asked: Asked[];
}

/** Answers one request; returns nothing where it has none. */
export type Script = (asked: Asked, response: ServerResponse) => void;

/** What a model with these inputs says of itself. */
export const cardWith = (...inputs: string[]): string =>
  JSON.stringify({ name: "llama", max_batch_size: 4, input: inputs.map((name) => ({ name })) });

/** A provider, and in Triton's place a server that says what a test lets it say. */
export async function fakeTriton(script: Script, config: TritonInput = {}): Promise<FakeTriton> {
  const asked: Asked[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    const text = await bodyOf(request);
    const seen = {
      method: request.method ?? "",
      path: request.url ?? "",
      body: text === "" ? undefined : JSON.parse(text),
    };
    asked.push(seen);
    script(seen, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const provider = createTriton(tritonConfig({ baseUrl: `http://127.0.0.1:${port}`, ...config }), 1_000);
  onTestFinished(async () => {
    await provider.close();
    server.closeAllConnections();
    server.close();
  });
  return { provider, asked };
}

export function json(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "content-type": "application/json" }).end(body);
}

export function stream(response: ServerResponse, status: number, ...events: string[]): void {
  response.writeHead(status, { "content-type": "text/event-stream; charset=utf-8" }).end(events.join(""));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
