import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach } from "vitest";
import type { ChatRequest } from "../../../runtime/router/chat/index.ts";
import type { ChatBody, ChatCall, ChatQuestion } from "../../../runtime/router/providers/provider.ts";

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

/** A provider that answers everything with the same, and keeps what it was asked. */
export async function upstream(type: string, answer: string | Buffer): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    received.push({ path: request.url ?? "", headers: request.headers, body: text === "" ? {} : JSON.parse(text) });
    response.writeHead(200, { "content-type": type }).end(answer);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

export const secret = (value: string) => ({ read: () => value, remedy: "" });

export const config = (baseUrl?: string, more: object = {}) => ({
  enabled: true,
  models: [],
  defaultMaxOutputTokens: 4096,
  rehearsal: false,
  ...(baseUrl === undefined ? {} : { baseUrl }),
  ...more,
});

/** What a client of the OpenAI wire asks. */
export const openAiQuestion = (body: object, headers: Record<string, string> = {}): ChatQuestion => ({
  wire: "openai",
  body: { model: "auto", messages: [], ...body } as ChatBody,
  headers,
  get request(): never {
    throw new Error("a body of the provider's own wire need not be read");
  },
});

/** What a client of the Anthropic wire asks, as it was read. */
export const anthropicQuestion = (request: Partial<ChatRequest>): ChatQuestion => ({
  wire: "anthropic",
  body: { model: "auto", messages: [] },
  request: { messages: [], tools: [], stop: [], foreign: {}, ...request },
});

export const callOf = (question: ChatQuestion, model = "m"): ChatCall => ({
  model,
  question,
  stickyKey: "",
  signal: new AbortController().signal,
});
