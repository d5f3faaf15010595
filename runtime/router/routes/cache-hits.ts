import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { cacheableRoutes, cacheHitsPath } from "../../edge/protocol.ts";
import { RouterError } from "../errors.ts";
import type { RouteDoc } from "../openapi/index.ts";
import { newTrail } from "../trail.ts";
import { anthropicWire } from "../wires/anthropic/index.ts";
import { openAiWire } from "../wires/openai/index.ts";
import { noteHit, staysHere, tellEdge } from "./cached.ts";
import { askingOf, type RouteParts, spenderOf } from "./respond.ts";
import { checkBody } from "./validate.ts";

const CacheHit = z
  .strictObject({
    route: z.enum(cacheableRoutes).meta({ description: "Whose answer it is." }),
    answer: z
      .string()
      .regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits")
      .meta({ description: "As x-router-edge-terms named it." }),
    latency_ms: z.number().min(0).max(3_600_000).meta({ description: "What the client waited for." }),
  })
  .meta({ title: "CacheHit" });

const doc: RouteDoc = {
  summary: "Takes note of an answer that an edge gave again: in the ledger, and in limits of rate.",
  description:
    "With the key, x-request-id and x-router-feature of the request that it answered. Refused where the answer may not be given again any more; the edge drops it then.",
  requestHeaders: ["x-request-id", "traceparent", "tracestate", "x-router-feature"],
  body: CacheHit,
  answers: { 204: { description: "It is written down.", headers: ["x-router-edge-terms"], content: {} } },
  errors: [{ code: "invalid_request", status: 404 }, "rate_limited"],
};

/** What an edge has to tell: a client's own key says whose it is, and this router's own cache what it had cost. */
export function cacheHits(app: FastifyInstance, parts: RouteParts): void {
  const { router, cache, rates } = parts;
  app.post(cacheHitsPath, { config: { wire: openAiWire, doc } }, async (request, reply) => {
    const { route, answer, latency_ms: latencyMs } = checkBody(CacheHit, request.body);
    const trail = newTrail();
    request.exchange.trail = trail;
    const limited = rates.admit(router.config.rates, { ...askingOf(request), bytes: 0 });
    if (limited) request.exchange.admission = await limited;
    const spender = spenderOf(request);
    const told = staysHere(router, request) ? undefined : await cache.told({ tenant: spender.tenant, digest: answer });
    if (!told) {
      throw new RouterError("invalid_request", "There is no such answer to give again; ask for a new one.", {
        status: 404,
      });
    }
    const { name: wire } = route === "/v1/messages" ? anthropicWire : openAiWire;
    noteHit(parts, { origin: told.origin, route, latencyMs, spender: { ...spender, wire } }, trail);
    tellEdge(reply, told.terms);
    return reply.code(204).send();
  });
}
