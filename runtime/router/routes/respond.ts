import type { FastifyReply, FastifyRequest } from "fastify";
import type { HybridRouter } from "../hybrid-router.ts";
import { givenLimit } from "../output-limit.ts";
import type { Answer } from "../pipeline.ts";
import type { ChatBody } from "../providers/provider.ts";
import type { Asking, Rates } from "../rates/index.ts";
import { idempotencyHeader, type Replays, type StoredAnswer } from "../replay/index.ts";
import type { RequestAccount, Spender } from "../spending/index.ts";
import { newTrail, type Trail } from "../trail.ts";
import { sendBody, sendStream } from "./client.ts";
import { bytesOf, routerHeaders } from "./exchange.ts";

/** What routes that ask a backend are made of. */
export interface RouteParts {
  readonly router: HybridRouter;
  readonly replays: Replays;
  readonly rates: Rates;
}

export const jsonType = "application/json; charset=utf-8";

/** Beside its body: what makes a request another one. */
const telling = ["x-router-sovereign", "anthropic-version", "anthropic-beta"];

/**
 * Answers a request that costs money: with headers that say who answered, and where it has an idempotency key only once.
 *
 * @param ask writes on the trail who was asked
 */
export async function respond(
  { router, replays, rates }: RouteParts,
  request: FastifyRequest,
  reply: FastifyReply,
  ask: (trail: Trail, account: RequestAccount) => Promise<Answer>,
): Promise<FastifyReply> {
  const key = request.headers[idempotencyHeader];
  const begun = key === undefined ? undefined : await replays.begin(String(key), repeatable(request));
  const trail = newTrail();
  request.exchange.trail = trail;
  if (begun && "answer" in begun) return replay(request, reply, trail, begun.answer);
  try {
    const limited = rates.admit(router.config.rates, askingOf(request));
    if (limited) request.exchange.admission = await limited;
    const answer = await ask(trail, router.spending.request(spenderOf(request), trail));
    const headers = { ...request.exchange.admission?.headers, ...routerHeaders(trail) };
    if (answer.kind === "stream") {
      request.exchange.telemetry.streaming();
      const { chunks } = answer;
      return await sendStream(
        reply,
        headers,
        begun?.first.recorded(chunks, headers, () => trail.outcome === "answered") ?? chunks,
      );
    }
    if (begun) await begun.first.keep({ kind: "json", headers, body: answer.bytes });
    return sendBody(reply, headers, jsonType, answer.bytes);
  } catch (error) {
    if (begun) await begun.first.release();
    reply.headers({ ...request.exchange.admission?.headers, ...routerHeaders(trail) });
    throw error;
  }
}

function replay(
  request: FastifyRequest,
  reply: FastifyReply,
  trail: Trail,
  { kind, headers, body }: StoredAnswer,
): Promise<FastifyReply> | FastifyReply {
  trail.outcome = "replayed";
  const replayed = { ...headers, "x-router-replayed": "true" };
  if (kind === "json") return sendBody(reply, replayed, jsonType, body);
  request.exchange.telemetry.streaming();
  return sendStream(reply, replayed, once(body));
}

async function* once(body: Buffer): AsyncGenerator<Buffer, void, undefined> {
  yield body;
}

function askingOf(request: FastifyRequest): Asking {
  const { tenant = "", keyId = "" } = request.exchange.caller ?? {};
  return { tenant, keyId, bytes: bytesOf(request) ?? 0, maxOutputTokens: givenLimit(request.body as ChatBody) };
}

/** A client's label for what it does; longer ones are cut. */
const featureHeader = "x-router-feature";

function spenderOf({ exchange, id, routeOptions, headers }: FastifyRequest): Spender {
  const { tenant = "", keyId = "" } = exchange.caller ?? {};
  const feature = headers[featureHeader];
  const wire = routeOptions.config.wire?.name ?? "";
  return { tenant, keyId, requestId: id, wire, feature: typeof feature === "string" ? feature : undefined };
}

function repeatable({ exchange, routeOptions, headers, body }: FastifyRequest) {
  return {
    caller: exchange.caller,
    route: routeOptions.url ?? "",
    headers: Object.fromEntries(telling.map((name) => [name, headers[name]])),
    body,
  };
}
