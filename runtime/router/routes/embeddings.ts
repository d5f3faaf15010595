import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { cached, paid, type RouteDoc } from "../openapi/index.ts";
import { openAiWire } from "../wires/openai/index.ts";
import { clientSignal } from "./client.ts";
import { bytesOf, isSovereign, stickyKey } from "./exchange.ts";
import { type RouteParts, respond } from "./respond.ts";
import { checkBody } from "./validate.ts";

const token = z.int().min(0);

/** What the router itself reads of an OpenAI embeddings request; every other field goes to the provider as it came. */
export const EmbeddingRequest = z
  .looseObject({
    model: z.string().min(1).max(300).meta({ description: "auto (embeddings.model) or <backend>/<model>." }),
    input: z.union([
      z.string().min(1),
      z.array(z.string().min(1)).min(1),
      z.array(token).min(1),
      z.array(z.array(token).min(1)).min(1),
    ]),
    encoding_format: z.enum(["float", "base64"]).nullish(),
    dimensions: z.int().min(1).nullish(),
    user: z.string().nullish(),
  })
  .meta({ title: "EmbeddingRequest" });

export const EmbeddingList = z
  .looseObject({
    object: z.literal("list"),
    data: z.array(
      z.looseObject({
        object: z.literal("embedding"),
        index: z.int(),
        embedding: z.union([z.array(z.number()), z.string()]).meta({ description: "Base64 where it was asked for." }),
      }),
    ),
    model: z.string(),
    usage: z.looseObject({ prompt_tokens: z.int(), total_tokens: z.int() }).nullish(),
  })
  .meta({ title: "EmbeddingList" });

const doc: RouteDoc = {
  summary: "Makes vectors of texts; never at another model than the one that is meant.",
  requestHeaders: [...paid.headers, ...cached.headers],
  body: EmbeddingRequest,
  answers: {
    200: {
      description: "One vector for each text.",
      headers: [...paid.answered, ...cached.answered],
      content: { "application/json": EmbeddingList },
    },
  },
  errors: paid.errors,
};

export function embeddings(app: FastifyInstance, parts: RouteParts): void {
  const { router } = parts;
  app.post("/v1/embeddings", { config: { wire: openAiWire, doc } }, (request, reply) => {
    const body = checkBody(EmbeddingRequest, request.body);
    const sovereign = isSovereign(request, router.config);
    return respond(parts, request, reply, async (trail, account) => {
      const order = {
        model: body.model,
        body,
        sovereign,
        stickyKey: stickyKey(request, body.user ?? undefined),
        client: clientSignal(reply),
        telemetry: request.exchange.telemetry,
        account,
        bytes: bytesOf(request),
      };
      const { bytes, usage } = await router.embed(order, trail);
      return { kind: "json", bytes, usage };
    });
  });
}
