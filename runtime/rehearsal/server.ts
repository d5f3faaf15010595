import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { ConfigurationError } from "../config/index.ts";
import { openAiError, readChatRequest } from "./openai-wire.ts";
import { faultBeforeAnswer, performChat } from "./perform.ts";
import { parseScript, Stage } from "./script.ts";

/** One request as it arrived; what authorised it is told by presence only. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: "present" | "absent";
  readonly body: unknown;
  /** `aborted`: the router closed the connection before the answer was whole. */
  state: "open" | "answered" | "aborted";
}

/** The last so many requests are remembered. */
const remembered = 1_000;

type Answer = (request: IncomingMessage, response: ServerResponse, body: unknown) => Promise<void> | void;

/** A server that speaks the providers' wires and does what its script says. */
export function createRehearsal(ready: () => boolean): { server: Server; stage: Stage; requests: ReceivedRequest[] } {
  const stage = new Stage();
  const requests: ReceivedRequest[] = [];

  const chat: Answer = (request, response, body) => {
    const asked = readChatRequest(body);
    return performChat(asked, stage.behaviourFor(pathOf(request), asked.model), response);
  };
  /** A list that a fault can come before. */
  const list =
    (value: () => object): Answer =>
    async (request, response) => {
      const gone = new AbortController();
      response.once("close", () => gone.abort());
      const { fault } = stage.behaviourFor(pathOf(request), undefined);
      if (fault && (await faultBeforeAnswer(fault, response, gone.signal))) return;
      send(response, 200, value());
    };
  const wires: Readonly<Record<string, Answer>> = {
    "POST /v1/chat/completions": chat,
    "GET /v1/models": list(() => ({ object: "list", data: stage.models.map(openAiModel) })),
    "GET /api/version": list(() => ({ version: "0.0.0-rehearsal" })),
    "GET /api/tags": list(() => ({ models: stage.models.map(ollamaModel) })),
  };
  const controls: Readonly<Record<string, Answer>> = {
    "GET /readyz": (_request, response) => send(response, ready() ? 200 : 503, { ready: ready(), rehearsal: true }),
    "GET /rehearsal/requests": (_request, response) => send(response, 200, requests),
    "DELETE /rehearsal/requests": (_request, response) => {
      requests.length = 0;
      send(response, 200, requests);
    },
    "PUT /rehearsal/script": (_request, response, body) => {
      try {
        stage.set(parseScript(body, "script"));
        send(response, 200, { rehearsal: true });
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error;
        send(response, 400, { error: openAiError(error.message, "invalid_request") });
      }
    },
  };

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await readBody(request);
    const name = `${request.method} ${pathOf(request)}`;
    const control = controls[name];
    if (control) return control(request, response, body);
    record(requests, request, response, body);
    const wire = wires[name];
    if (wire) return wire(request, response, body);
    send(response, 404, { error: openAiError(`rehearsal: there is no ${name}`, "not_found") });
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  return { server, stage, requests };
}

function record(requests: ReceivedRequest[], request: IncomingMessage, response: ServerResponse, body: unknown): void {
  const authorized = request.headers.authorization ?? request.headers["x-api-key"];
  const received: ReceivedRequest = {
    method: request.method ?? "",
    path: pathOf(request),
    authorization: authorized === undefined ? "absent" : "present",
    body,
    state: "open",
  };
  response.once("close", () => {
    received.state = response.writableFinished ? "answered" : "aborted";
  });
  requests.push(received);
  if (requests.length > remembered) requests.shift();
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
const openAiModel = (id: string) => ({ id, object: "model", created: 0, owned_by: "rehearsal" });
const ollamaModel = (name: string) => {
  const full = name.includes(":") ? name : `${name}:latest`;
  return { name: full, model: full, size: 0, details: { family: "rehearsal" } };
};
