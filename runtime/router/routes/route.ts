import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { paid, type RouteDoc } from "../openapi/index.ts";
import { openAiWire } from "../wires/openai/index.ts";
import { clientSignal } from "./client.ts";
import { isSovereign, stickyKey } from "./exchange.ts";
import { type RouteParts, respond } from "./respond.ts";
import { checkBody } from "./validate.ts";

export const RouteRequest = z
  .strictObject({
    prompt: z.string().min(1),
    system_prompt: z.string().default(""),
    preferred_model: z
      .string()
      .min(1)
      .default("auto")
      .meta({ description: "auto, a backend's name, or <backend>/<model>." }),
  })
  .meta({ title: "RouteRequest" });

const tokens = z.int().min(0);

export const RouteAnswer = z
  .strictObject({
    text: z.string(),
    backend: z.string(),
    model: z.string(),
    attempts: z.int().min(1),
    cost_usd: z.number().min(0).meta({ description: "US dollars, all attempts together." }),
    usage: z
      .strictObject({
        prompt_tokens: tokens,
        completion_tokens: tokens,
        total_tokens: tokens,
        cached_tokens: tokens.optional(),
        cache_write_tokens: tokens.optional(),
        reasoning_tokens: tokens.optional(),
      })
      .nullable()
      .meta({ description: "null where the provider counted nothing." }),
  })
  .meta({ title: "RouteAnswer" });

const doc: RouteDoc = {
  summary: "Answers one prompt with a text.",
  requestHeaders: paid.headers,
  body: RouteRequest,
  answers: {
    200: {
      description: "The text, and who gave it.",
      headers: [...paid.answered, "x-router-max-output-tokens"],
      content: { "application/json": RouteAnswer },
    },
  },
  errors: paid.errors,
};

/** `routeRequest` over HTTP. */
export function route(app: FastifyInstance, parts: RouteParts): void {
  const { router } = parts;
  app.post("/v1/route", { config: { wire: openAiWire, doc } }, (request, reply) => {
    const { prompt, system_prompt, preferred_model } = RouteRequest.parse(checkBody(RouteRequest, request.body));
    const sovereign = isSovereign(request, router.config);
    return respond(parts, request, reply, async (trail, account) => {
      const { usage, costUsd, ...answer } = await router.route(prompt, system_prompt, preferred_model, {
        trail,
        sovereign,
        signal: clientSignal(reply),
        stickyKey: stickyKey(request, undefined),
        telemetry: request.exchange.telemetry,
        account,
      });
      const body = { ...answer, cost_usd: costUsd, usage: usage ?? null };
      return { kind: "json", bytes: Buffer.from(JSON.stringify(body)), usage };
    });
  });
}
