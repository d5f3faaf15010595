import { randomUUID } from "node:crypto";
import type { IncomingMessage, Server } from "node:http";
import { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import type { RouterConfig } from "../config/index.ts";
import type { Access } from "./access/index.ts";
import { ClientGone } from "./attempt-clock.ts";
import { ResponseCache } from "./cache/index.ts";
import { type Dashboard, dashboardRoutes, openDashboard } from "./dashboard/index.ts";
import { RouterError } from "./errors.ts";
import type { HybridRouter } from "./hybrid-router.ts";
import { type Log, logRequest } from "./log.ts";
import { collectRoutes } from "./openapi/index.ts";
import { Rates } from "./rates/index.ts";
import { keepRegion } from "./region.ts";
import { type AnswerStore, openAnswers, Replays } from "./replay/index.ts";
import { readJson } from "./request-body.ts";
import { admin, adminOnly, auditRefusal } from "./routes/admin/index.ts";
import { budgets } from "./routes/budgets.ts";
import { cacheHits } from "./routes/cache-hits.ts";
import { chatCompletions } from "./routes/chat-completions.ts";
import { costs } from "./routes/costs/index.ts";
import { countTokens } from "./routes/count-tokens.ts";
import { embeddings } from "./routes/embeddings.ts";
import { messages } from "./routes/messages.ts";
import { models } from "./routes/models.ts";
import { openApi } from "./routes/openapi.ts";
import { probes } from "./routes/probes.ts";
import { route } from "./routes/route.ts";
import { redact } from "./secrets.ts";
import { createServer, type DrainControl, drainable } from "./serving/index.ts";
import { noTelemetry, type RequestTelemetry, type Telemetry } from "./telemetry/index.ts";
import { openAiWire } from "./wires/openai/index.ts";

export interface HttpParts {
  readonly config: RouterConfig;
  readonly router: HybridRouter;
  readonly log: Log;
  readonly telemetry: Telemetry;
  readonly baseDirectory: string;
}

/** The HTTP face of a router, ready to listen. */
export async function createHttp(parts: HttpParts): Promise<{ server: Server; control: DrainControl }> {
  const { config, router, log, telemetry, baseDirectory } = parts;
  const app = fastify({
    logger: false,
    genReqId: requestId,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 500 },
    clientErrorHandler: refuseMalformed,
    serverFactory: (handler) => createServer(config.listen.security, baseDirectory, handler),
  });
  const server = app.server as Server;
  const control = drainable(server);
  const methods = collectMethods(app);
  const routes = collectRoutes(app);

  app.decorateRequest("exchange");
  readBodies(app, router);
  const admit = authentication(router.access, config.region);
  const dashboard = openDashboard({ router, log, control });
  // With `done`: a promise would cost every request several turns of the queue.
  app.addHook("onRequest", (request, reply, done) => {
    request.exchange = { started: performance.now(), telemetry: observe(telemetry, request) };
    // Not fastify's onResponse: that is never called for a response whose client went away.
    reply.raw.once("close", () => logExchange(log, router.access, dashboard, request, reply));
    reply.header("x-request-id", request.id);
    admit(request);
    if (dashboard.live.watched) dashboard.live.began(request);
    done();
  });
  app.setErrorHandler(sendError);
  app.setNotFoundHandler((request) => {
    throw notFound(request, methods);
  });

  probes(app, router, telemetry, () => control.draining);
  const asking = {
    router,
    replays: new Replays(() => router.config.idempotency, answersOf(router, "idempotency")),
    cache: new ResponseCache(() => router.config, answersOf(router, "cache")),
    rates: new Rates(router.spending.redis, router.access.state.rates),
  };
  chatCompletions(app, asking);
  messages(app, asking);
  countTokens(app, asking);
  embeddings(app, asking);
  route(app, asking);
  cacheHits(app, asking);
  models(app, router);
  costs(app, router);
  budgets(app, router);
  admin(app, asking);
  openApi(app, routes);
  dashboardRoutes(app, router, dashboard);
  await app.ready();
  return { server, control };
}

/** Answers of one kind, for all routers of this stack. */
function answersOf({ config, spending }: HybridRouter, kind: "idempotency" | "cache"): AnswerStore {
  const name = `${config.budgets.key}:${kind}`;
  return openAnswers(config[kind], spending.redis, { name, insists: kind === "idempotency" });
}

/** Probes come by the second and say nothing. */
function observe(telemetry: Telemetry, { method, headers, id, routeOptions }: FastifyRequest): RequestTelemetry {
  if (routeOptions.config.open) return noTelemetry;
  return telemetry.request({ method, route: routeOptions.url, headers, requestId: id });
}

const jsonType = /^application\/(?:[\w.+-]+\+)?json\b/i;

/** Knows who asks, before a byte of the body is read. */
function authentication(access: Access, region: string | undefined): (request: FastifyRequest) => void {
  return (request) => {
    if (request.is404 || request.routeOptions.config.open) return;
    const caller = access.ring.authenticate(request.headers);
    request.exchange.caller = caller;
    if (request.routeOptions.config.admin !== undefined && caller.role !== "admin") throw adminOnly(caller);
    keepRegion(request.headers, region);
  };
}

function readBodies(app: FastifyInstance, router: HybridRouter): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(jsonType, (_request: FastifyRequest, payload: IncomingMessage, done) =>
    readJson(payload, router.config.limits.maxBodyBytes, done),
  );
  app.addContentTypeParser("*", async (request: FastifyRequest) => {
    const given = JSON.stringify(request.headers["content-type"] ?? "");
    const message = `content-type: given ${given}; allowed: application/json (curl: -H 'content-type: application/json')`;
    throw new RouterError("invalid_request", message, { param: "content-type" });
  });
}

function sendError(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof ClientGone) return hangUp(reply);
  const known = asRouterError(error);
  request.exchange.error = known.code === "internal_error" ? error : known;
  const wire = request.routeOptions.config.wire ?? openAiWire;
  // The body has been read to its end wherever it was refused: the connection can be kept.
  reply.removeHeader("connection");
  return reply
    .code(known.status)
    .headers(known.details.headers ?? {})
    .type("application/json; charset=utf-8")
    .send(JSON.stringify(wire.error(known)));
}

/** Nobody is there to read an answer. */
function hangUp(reply: FastifyReply): FastifyReply {
  reply.hijack();
  reply.raw.destroy();
  return reply;
}

function asRouterError(error: FastifyError | Error): RouterError {
  if (error instanceof RouterError) return error;
  const status = "statusCode" in error ? error.statusCode : undefined;
  if (status !== undefined && status >= 400 && status < 500) return new RouterError("invalid_request", error.message);
  return new RouterError("internal_error", "The router failed unexpectedly; its log has the request by x-request-id.");
}

function notFound(request: FastifyRequest, methods: ReadonlyMap<string, Set<string>>): RouterError {
  const path = pathOf(request).replace(/(.)\/+$/, "$1");
  const allowed = methods.get(path);
  if (allowed) {
    const allow = [...allowed].join(", ");
    const message = `${request.method} is not allowed on ${path}; allowed: ${allow}`;
    return new RouterError("invalid_request", message, { status: 405, headers: { allow } });
  }
  return new RouterError("invalid_request", `There is no ${request.method} ${path.slice(0, 200)}`, { status: 404 });
}

function collectMethods(app: FastifyInstance): ReadonlyMap<string, Set<string>> {
  const methods = new Map<string, Set<string>>();
  app.addHook("onRoute", ({ url, method }) => {
    const known = methods.get(url) ?? new Set<string>();
    for (const one of Array.isArray(method) ? method : [method]) known.add(one);
    methods.set(url, known);
  });
  return methods;
}

function logExchange(
  log: Log,
  access: Access,
  dashboard: Dashboard,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const { started, caller, trail, error, telemetry, admission } = request.exchange;
  admission?.end(trail?.cache === "hit" ? 0 : trail?.usage?.total_tokens);
  // The connection closed under the answer: this is heard here before the pipeline hears of it.
  const gone = error === undefined && !reply.raw.writableFinished;
  if (trail && gone) trail.outcome ??= "client_gone";
  const status = gone ? 499 : reply.raw.statusCode;
  const code = error instanceof RouterError ? error.code : error === undefined ? undefined : "internal_error";
  const wire = request.routeOptions.config.wire?.name;
  if (code !== undefined) auditRefusal(access, request, code);
  telemetry.end({ ...trail, status, wire, caller, error: code });
  if (code === "sovereignty_violation") dashboard.refusals.add(request);
  if (dashboard.live.watched) dashboard.live.ended(request, { status, error });
  logRequest(log, {
    requestId: request.id,
    method: request.method,
    path: request.routeOptions.url ?? redact(pathOf(request)).slice(0, 200),
    status,
    ms: performance.now() - started,
    caller,
    trail,
    error,
    probe: request.routeOptions.config.open === true,
  });
}

const pathOf = (request: FastifyRequest): string => request.url.split("?", 1)[0] ?? "";

function requestId({ headers }: { headers: NodeJS.Dict<string | string[]> }): string {
  const given = headers["x-request-id"];
  return typeof given === "string" && /^[\w.:-]{1,128}$/.test(given) ? redact(given) : `req_${randomUUID()}`;
}

/** Bytes that are not HTTP: there is no request, only a socket. */
function refuseMalformed(error: Error & { code?: string }, socket: import("node:net").Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = {
    HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
    ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
  }[error.code ?? ""];
  const body = JSON.stringify(
    openAiWire.error(new RouterError("invalid_request", "The request is not valid HTTP/1.1.")),
  );
  const head = `HTTP/1.1 ${status ?? "400 Bad Request"}\r\nconnection: close\r\ncontent-type: application/json\r\n`;
  socket.end(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
