import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { ConfigurationError } from "../config/index.ts";
import { outcomeOf, performBody, performChat } from "./perform.ts";
import { type PerformedChat, type ReceivedRequest, receive, remember } from "./received.ts";
import { parseScript, Stage } from "./script.ts";
import { vectorOf } from "./vectors.ts";
import { openAiWire, type PathParts, type RehearsalWire, wires } from "./wires/index.ts";

export interface RehearsalServer {
  readonly server: Server;
  readonly stage: Stage;
  readonly requests: ReceivedRequest[];
  readonly chats: PerformedChat[];
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly body: unknown;
}

type Answer = (exchange: Exchange) => Promise<void> | void;

/** A server that speaks the providers' wires and does what its script says. */
export function createRehearsal(ready: () => boolean, onChat?: (chat: PerformedChat) => void): RehearsalServer {
  const stage = new Stage();
  const requests: ReceivedRequest[] = [];
  const chats: PerformedChat[] = [];
  const controls = controlsOf(stage, requests, ready);

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const path = pathOf(request);
    const exchange = { request, response, path, body: await readBody(request) };
    const control = controls[`${request.method} ${path}`];
    if (control) return control(exchange);
    const received = receive(request, response, path, exchange.body);
    remember(requests, received);
    return provide(exchange, stage, (chat) => {
      const performed = { ...chat, request: received };
      remember(chats, performed);
      onChat?.(performed);
    });
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  return { server, stage, requests, chats };
}

type Note = (chat: Omit<PerformedChat, "request">) => void;

/** Answers as the provider would whose wire it is. */
function provide(exchange: Exchange, stage: Stage, note: Note): Promise<void> | void {
  for (const wire of wires) {
    const done =
      chat(wire, exchange, stage, note) ??
      embed(wire, exchange, stage) ??
      count(wire, exchange, stage) ??
      list(wire, exchange, stage);
    if (done) return done;
  }
  const { request, response, path } = exchange;
  const message = `rehearsal: there is no ${request.method} ${path}`;
  send(response, 404, wireOf(path).error(404, message, { code: "not_found" }));
}

function chat(wire: RehearsalWire, exchange: Exchange, stage: Stage, note: Note): Promise<void> | undefined {
  const parts = match(exchange, "POST", wire.chatPath);
  if (!parts) return undefined;
  const asked = wire.read(exchange.body, parts);
  const behaviour = stage.behaviourFor({ kind: "chat", path: exchange.path, model: asked.model });
  const bill = { promptTokens: 0, completionTokens: 0 };
  note({ at: performance.now(), model: asked.model, outcome: outcomeOf(wire, asked, behaviour), bill });
  return performChat(wire, asked, behaviour, exchange.response, bill);
}

function embed(wire: RehearsalWire, exchange: Exchange, stage: Stage): Promise<void> | undefined {
  const { embeddings } = wire;
  const parts = embeddings && match(exchange, "POST", embeddings.path);
  if (!parts) return undefined;
  const asked = embeddings.read(exchange.body, parts);
  const vectors = asked.texts.map((text) => vectorOf(text, asked.dimensions));
  const behaviour = stage.behaviourFor({ kind: "embeddings", path: exchange.path, model: asked.model });
  return performBody(wire, embeddings.answer(asked, vectors), behaviour, exchange.response);
}

function count(wire: RehearsalWire, exchange: Exchange, stage: Stage): Promise<void> | undefined {
  const { counting } = wire;
  const parts = counting && match(exchange, "POST", counting.path);
  if (!parts) return undefined;
  const { model, promptTokens } = counting.read(exchange.body, parts);
  const behaviour = stage.behaviourFor({ kind: "count", path: exchange.path, model });
  const tokens = behaviour.usage?.prompt_tokens ?? promptTokens;
  return performBody(wire, counting.answer(tokens), behaviour, exchange.response);
}

function list(wire: RehearsalWire, exchange: Exchange, stage: Stage): Promise<void> | undefined {
  for (const { method, path, header, body } of wire.lists) {
    const parts = match(exchange, method, path);
    if (!parts || (header && exchange.request.headers[header] === undefined)) continue;
    const behaviour = stage.behaviourFor({ kind: "list", path: exchange.path });
    return performBody(wire, body(stage.models, parts), behaviour, exchange.response);
  }
  return undefined;
}

/** The named parts of the path, where the request fits. */
function match({ request, path }: Exchange, method: string, pattern: RegExp): PathParts | undefined {
  const found = request.method === method ? pattern.exec(path) : null;
  if (!found) return undefined;
  const groups = Object.entries(found.groups ?? {});
  return Object.fromEntries(groups.map(([name, value]) => [name, value && decodeURIComponent(value)]));
}

function controlsOf(stage: Stage, requests: ReceivedRequest[], ready: () => boolean): Readonly<Record<string, Answer>> {
  return {
    "GET /readyz": ({ response }) => send(response, ready() ? 200 : 503, { ready: ready(), rehearsal: true }),
    "GET /rehearsal/requests": ({ response }) => send(response, 200, requests),
    "DELETE /rehearsal/requests": ({ response }) => {
      requests.length = 0;
      send(response, 200, requests);
    },
    "PUT /rehearsal/script": ({ response, body }) => {
      try {
        stage.set(parseScript(body, "script"));
        send(response, 200, { rehearsal: true });
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error;
        send(response, 400, openAiWire.error(400, error.message, { code: "invalid_request" }));
      }
    },
  };
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8");
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}

function send(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

const pathOf = (request: IncomingMessage): string => (request.url ?? "").split("?", 1)[0] ?? "";

/** Whose error an unknown path gets; OpenAI's wire comes last. */
const beginnings: Readonly<Record<RehearsalWire["name"], string>> = {
  anthropic: "/v1/messages",
  gemini: "/v1beta/",
  triton: "/v2/",
  openai: "/",
};
const wireOf = (path: string): RehearsalWire =>
  wires.find(({ name }) => path.startsWith(beginnings[name])) ?? openAiWire;
