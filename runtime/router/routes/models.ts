import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { HybridRouter } from "../hybrid-router.ts";
import { asking, type RouteDoc } from "../openapi/index.ts";
import { openAiWire } from "../wires/openai/index.ts";

/** The wire wants a time of creation; a route has none. */
const created = 0;

export const ModelList = z
  .strictObject({
    object: z.literal("list"),
    data: z.array(
      z.strictObject({ id: z.string(), object: z.literal("model"), created: z.int(), owned_by: z.string() }),
    ),
  })
  .meta({ title: "ModelList" });

const doc: RouteDoc = {
  summary: "Lists every name that a request may give as its model.",
  requestHeaders: asking.headers.filter((name) => name !== "x-router-sovereign"),
  answers: { 200: { description: "The names.", content: { "application/json": ModelList } } },
};

export function models(app: FastifyInstance, router: HybridRouter): void {
  app.get("/v1/models", { config: { wire: openAiWire, doc } }, async () => ({
    object: "list",
    data: (await router.modelNames()).map((id) => ({
      id,
      object: "model",
      created,
      owned_by: id.split("/")[0] === "auto" ? "router" : id.split("/")[0],
    })),
  }));
}
