import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { HybridRouter } from "../hybrid-router.ts";
import { newTrail } from "../trail.ts";
import { openAiWire } from "../wires/openai/index.ts";
import { clientSignal } from "./client.ts";
import { isSovereign, routerHeaders, stickyKey } from "./exchange.ts";
import { checkBody } from "./validate.ts";

export const RouteRequest = z.strictObject({
  prompt: z.string().min(1),
  system_prompt: z.string().default(""),
  preferred_model: z
    .string()
    .min(1)
    .default("auto")
    .meta({ description: "auto, a backend's name, or <backend>/<model>." }),
});

/** `routeRequest` over HTTP. */
export function route(app: FastifyInstance, router: HybridRouter): void {
  app.post("/v1/route", { config: { wire: openAiWire } }, async (request, reply) => {
    const { prompt, system_prompt, preferred_model } = RouteRequest.parse(checkBody(RouteRequest, request.body));
    const trail = newTrail();
    request.exchange.trail = trail;
    const options = {
      trail,
      signal: clientSignal(reply),
      sovereign: isSovereign(request, router.config),
      stickyKey: stickyKey(request, undefined),
      telemetry: request.exchange.telemetry,
    };
    try {
      const { text, backend, model, attempts, usage } = await router.route(
        prompt,
        system_prompt,
        preferred_model,
        options,
      );
      // The price comes with the ledger; until then it is not known, which is not the same as nothing.
      return { text, backend, model, attempts, cost_usd: null, usage: usage ?? null };
    } finally {
      reply.headers(routerHeaders(trail));
    }
  });
}
