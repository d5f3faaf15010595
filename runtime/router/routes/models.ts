import type { FastifyInstance } from "fastify";
import type { HybridRouter } from "../hybrid-router.ts";
import { openAiWire } from "../wires/openai/index.ts";

/** The wire wants a time of creation; a route has none. */
const created = 0;

export function models(app: FastifyInstance, router: HybridRouter): void {
  app.get("/v1/models", { config: { wire: openAiWire } }, async () => ({
    object: "list",
    data: (await router.modelNames()).map((id) => ({
      id,
      object: "model",
      created,
      owned_by: id.split("/")[0] === "auto" ? "router" : id.split("/")[0],
    })),
  }));
}
