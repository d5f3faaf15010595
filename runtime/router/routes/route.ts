import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { openAiWire } from "../wires/openai/index.ts";
import { clientSignal } from "./client.ts";
import { isSovereign, stickyKey } from "./exchange.ts";
import { type RouteParts, respond } from "./respond.ts";
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
export function route(app: FastifyInstance, parts: RouteParts): void {
  const { router } = parts;
  app.post("/v1/route", { config: { wire: openAiWire } }, (request, reply) => {
    const { prompt, system_prompt, preferred_model } = RouteRequest.parse(checkBody(RouteRequest, request.body));
    const sovereign = isSovereign(request, router.config);
    return respond(parts, request, reply, async (trail) => {
      const { usage, ...answer } = await router.route(prompt, system_prompt, preferred_model, {
        trail,
        sovereign,
        signal: clientSignal(reply),
        stickyKey: stickyKey(request, undefined),
        telemetry: request.exchange.telemetry,
      });
      // The price comes with the ledger; until then it is not known, which is not the same as nothing.
      const body = { ...answer, cost_usd: null, usage: usage ?? null };
      return { kind: "json", bytes: Buffer.from(JSON.stringify(body)), usage };
    });
  });
}
