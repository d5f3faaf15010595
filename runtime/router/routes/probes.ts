import type { FastifyInstance } from "fastify";
import { RouterError } from "../errors.ts";
import type { HybridRouter } from "../hybrid-router.ts";
import type { Telemetry } from "../telemetry/index.ts";

/** Probes need no key and hold no secret. */
const open = { config: { open: true } };

export function probes(
  app: FastifyInstance,
  router: HybridRouter,
  telemetry: Telemetry,
  draining: () => boolean,
): void {
  app.get("/health", open, () => router.healthCheck(draining()));
  app.get("/metrics", open, async (_request, reply) => {
    if (!router.config.telemetry.metrics) {
      throw new RouterError("invalid_request", "Metrics are turned off (telemetry.metrics).", { status: 404 });
    }
    return reply.type(telemetry.contentType).send(await telemetry.metricsText());
  });
  app.get("/livez", open, async () => ({ live: true }));
  app.get("/readyz", open, async (_request, reply) => {
    if (draining()) reply.code(503);
    return { ready: !draining() };
  });
}
