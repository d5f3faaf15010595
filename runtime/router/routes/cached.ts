import type { FastifyReply, FastifyRequest } from "fastify";
import { type EdgeTerms, edgeTermsHeader, edgeTermsText } from "../../edge/protocol.ts";
import { type Found, originOf, type ResponseCache } from "../cache/index.ts";
import type { HybridRouter } from "../hybrid-router.ts";
import type { FirstAnswer, Origin, StoredAnswer } from "../replay/index.ts";
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
    sovereign: staysHere(router, request),
    stickyKey: stickyKey(request, userOf(body)),
    gone: () => reply.raw.destroyed,
  });
}

/** Whether only backends of our own may answer: such an answer leaves no region but to its client. */
export const staysHere = (router: HybridRouter, request: FastifyRequest): boolean =>
  router.sovereign || isSovereign(request, router.config);

/** Tells an edge what it may do with an answer, and with others of the tenant. */
export function tellEdge(reply: FastifyReply, terms: EdgeTerms | undefined): void {
  if (terms) reply.header(edgeTermsHeader, edgeTermsText(terms));
}

/** The answer as it is given again. */
export function answerAgain(
  parts: { readonly router: HybridRouter },
  { exchange, routeOptions }: FastifyRequest,
  { hit }: Hit,
  spender: Spender,
  trail: Trail,
): Buffer {
  const latencyMs = performance.now() - exchange.started;
  noteHit(parts, { origin: hit.origin, route: routeOptions.url ?? "", latencyMs, spender }, trail);
  return hit.kind === "stream" ? withComment(hit.body, trail) : hit.body;
}

export interface HitAgain {
  readonly origin: Origin | undefined;
  /** That the answer is of. */
  readonly route: string;
  readonly latencyMs: number;
  readonly spender: Spender;
}

/** Writes a request down whose answer was given again, with what it did not cost. */
export function noteHit(
  { router }: { readonly router: HybridRouter },
  { origin, route, latencyMs, spender }: HitAgain,
  trail: Trail,
): void {
  const { backend = "", model = "", reason, maxOutputTokens, costNano = 0 } = origin ?? {};
  const told = { backend, model, costNano: 0, cache: "hit", outcome: "answered", savedNano: costNano } as const;
  Object.assign(trail, told, { reason, maxOutputTokens });
  const operation = route === "/v1/embeddings" ? "embeddings" : "chat";
  router.spending.cached(spender, { backend, model, operation, amount: costNano, latencyMs });
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
