import type { FastifyReply, FastifyRequest } from "fastify";
import { type Found, originOf, type ResponseCache } from "../cache/index.ts";
import type { HybridRouter } from "../hybrid-router.ts";
import type { FirstAnswer, StoredAnswer } from "../replay/index.ts";
import type { Spender } from "../spending/index.ts";
import type { Trail } from "../trail.ts";
import { withComment } from "../wires/router-comment.ts";
import { isSovereign, stickyKey } from "./exchange.ts";

type Hit = Extract<Found, { readonly hit: StoredAnswer }>;

/** Asks the cache; undefined where it has nothing to do with the request. Only where there is one. */
export function lookUp(
  { router, cache }: { readonly router: HybridRouter; readonly cache: ResponseCache },
  request: FastifyRequest,
  reply: FastifyReply,
  telling: Readonly<Record<string, unknown>>,
): Promise<Found | undefined> {
  const { exchange, routeOptions, headers } = request;
  const body = request.body as Readonly<Record<string, unknown>>;
  return cache.begin({
    tenant: exchange.caller?.tenant ?? "",
    route: routeOptions.url ?? "",
    wire: routeOptions.config.wire?.name ?? "",
    headers,
    telling,
    body,
    sovereign: router.sovereign || isSovereign(request, router.config),
    stickyKey: stickyKey(request, userOf(body)),
    gone: () => reply.raw.destroyed,
  });
}

/** The answer as it is given again; its request is written down, with what it did not cost. */
export function answerAgain(
  { router }: { readonly router: HybridRouter },
  { exchange, routeOptions }: FastifyRequest,
  { hit }: Hit,
  spender: Spender,
  trail: Trail,
): Buffer {
  const { backend = "", model = "", reason, maxOutputTokens, costNano = 0 } = hit.origin ?? {};
  const told = { backend, model, costNano: 0, cache: "hit", outcome: "answered", savedNano: costNano } as const;
  Object.assign(trail, told, { reason, maxOutputTokens });
  const operation = routeOptions.url === "/v1/embeddings" ? "embeddings" : "chat";
  const latencyMs = performance.now() - exchange.started;
  router.spending.cached(spender, { backend, model, operation, amount: costNano, latencyMs });
  return hit.kind === "stream" ? withComment(hit.body, trail) : hit.body;
}

/** Keeps a whole answer that is fit to be given again. */
export function keepWhole(first: FirstAnswer, trail: Trail, route: string, body: Buffer): Promise<void> {
  const origin = originOf(trail, route);
  return origin ? first.keep({ kind: "json", headers: {}, body, origin }) : first.release();
}

export function recorded(
  first: FirstAnswer,
  trail: Trail,
  route: string,
  chunks: AsyncGenerator<Buffer, void>,
): AsyncGenerator<Buffer, void> {
  return first.recorded(chunks, () => {
    const origin = originOf(trail, route);
    return origin && { kind: "stream", headers: {}, origin };
  });
}

/** The end user, as either wire names them. */
function userOf({ user, metadata }: Readonly<Record<string, unknown>>): string | undefined {
  const named = user ?? (metadata as { readonly user_id?: unknown } | null | undefined)?.user_id;
  return typeof named === "string" ? named : undefined;
}
