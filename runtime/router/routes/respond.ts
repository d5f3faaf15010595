import type { FastifyReply, FastifyRequest } from "fastify";
import type { Found, ResponseCache } from "../cache/index.ts";
import type { HybridRouter } from "../hybrid-router.ts";
import { givenLimit } from "../output-limit.ts";
import type { Answer } from "../pipeline.ts";
import type { ChatBody } from "../providers/provider.ts";
import type { Asking, Rates } from "../rates/index.ts";
import { type FirstAnswer, idempotencyHeader, type Replays, type StoredAnswer } from "../replay/index.ts";
import type { RequestAccount, Spender } from "../spending/index.ts";
import { newTrail, type Trail } from "../trail.ts";
import { answerAgain, keepWhole, lookUp, recorded, staysHere, tellEdge } from "./cached.ts";
import { sendBody, sendStream } from "./client.ts";
import { bytesOf, routerHeaders } from "./exchange.ts";

/** What routes that ask a backend are made of. */
export interface RouteParts {
  readonly router: HybridRouter;
  readonly replays: Replays;
  readonly cache: ResponseCache;
  readonly rates: Rates;
}

export const jsonType = "application/json; charset=utf-8";

/** Beside its body: what makes a request another one. */
const telling = ["x-router-sovereign", "anthropic-version", "anthropic-beta"];

/**
 * Answers a request that costs money: with headers that say who answered, where it has an idempotency key only once, and
 * from the cache where its answer is there.
 *
 * @param ask writes on the trail who was asked
 */
export async function respond(
  parts: RouteParts,
  request: FastifyRequest,
  reply: FastifyReply,
  ask: (trail: Trail, account: RequestAccount) => Promise<Answer>,
): Promise<FastifyReply> {
  const { router, replays, rates } = parts;
  const key = request.headers[idempotencyHeader];
  const begun = key === undefined ? undefined : await replays.begin(String(key), repeatable(request));
  const trail = newTrail();
  request.exchange.trail = trail;
  if (begun && "answer" in begun) return replay(request, reply, trail, begun.answer);
  const first = begun?.first;
  let found: Found | undefined;
  try {
    const limited = rates.admit(router.config.rates, askingOf(request));
    if (limited) request.exchange.admission = await limited;
    if (router.config.cache.enabled) found = await lookUp(parts, request, reply, tellingOf(request));
    if (found && !staysHere(router, request)) tellEdge(reply, found.terms);
    if (found?.hit) return await sendAgain(parts, request, reply, trail, found, first);
    if (found) trail.cache = "miss";
    const answer = await ask(trail, router.spending.request(spenderOf(request), trail));
    const headers = { ...request.exchange.admission?.headers, ...routerHeaders(trail) };
    const route = request.routeOptions.url ?? "";
    if (answer.kind === "stream") {
      request.exchange.telemetry.streaming();
      let { chunks } = answer;
      if (found?.first) chunks = recorded(found.first, trail, route, chunks);
      if (first) {
        chunks = first.recorded(chunks, () => (trail.outcome === "answered" ? { kind: "stream", headers } : undefined));
      }
      return await sendStream(reply, headers, chunks);
    }
    if (found?.first) await keepWhole(found.first, trail, route, answer.bytes);
    if (first) await first.keep({ kind: "json", headers, body: answer.bytes });
    return sendBody(reply, headers, jsonType, answer.bytes);
  } catch (error) {
    await first?.release();
    if (found && !found.hit) await found.first?.release();
    reply.headers({ ...request.exchange.admission?.headers, ...routerHeaders(trail) });
    throw error;
  }
}

async function sendAgain(
  parts: RouteParts,
  request: FastifyRequest,
  reply: FastifyReply,
  trail: Trail,
  found: Extract<Found, { readonly hit: StoredAnswer }>,
  first: FirstAnswer | undefined,
): Promise<FastifyReply> {
  const body = answerAgain(parts, request, found, spenderOf(request), trail);
  const age = String(Math.floor(found.ageMs / 1_000));
  const headers = { ...request.exchange.admission?.headers, ...routerHeaders(trail), age };
  const { kind } = found.hit;
  if (first) await first.keep({ kind, headers, body });
  return send(request, reply, { kind, headers, body });
}

function replay(
  request: FastifyRequest,
  reply: FastifyReply,
  trail: Trail,
  answer: StoredAnswer,
): Promise<FastifyReply> | FastifyReply {
  trail.outcome = "replayed";
  return send(request, reply, { ...answer, headers: { ...answer.headers, "x-router-replayed": "true" } });
}

function send(
  request: FastifyRequest,
  reply: FastifyReply,
  { kind, headers, body }: StoredAnswer,
): Promise<FastifyReply> | FastifyReply {
  if (kind === "json") return sendBody(reply, headers, jsonType, body);
  request.exchange.telemetry.streaming();
  return sendStream(reply, headers, once(body));
}

async function* once(body: Buffer): AsyncGenerator<Buffer, void, undefined> {
  yield body;
}

export function askingOf(request: FastifyRequest): Asking {
  const { tenant = "", keyId = "" } = request.exchange.caller ?? {};
  return { tenant, keyId, bytes: bytesOf(request) ?? 0, maxOutputTokens: givenLimit(request.body as ChatBody) };
}

/** A client's label for what it does; longer ones are cut. */
const featureHeader = "x-router-feature";

export function spenderOf({ exchange, id, routeOptions, headers }: FastifyRequest): Spender {
  const { tenant = "", keyId = "" } = exchange.caller ?? {};
  const feature = headers[featureHeader];
  const wire = routeOptions.config.wire?.name ?? "";
  return { tenant, keyId, requestId: id, wire, feature: typeof feature === "string" ? feature : undefined };
}

function repeatable(request: FastifyRequest) {
  const { exchange, routeOptions, body } = request;
  return { caller: exchange.caller, route: routeOptions.url ?? "", headers: tellingOf(request), body };
}

const tellingOf = ({ headers }: FastifyRequest): Readonly<Record<string, unknown>> =>
  Object.fromEntries(telling.map((name) => [name, headers[name]]));
