import type { FastifyInstance } from "fastify";
import type { HybridRouter } from "../hybrid-router.ts";

/** Probes need no key and hold no secret. */
const open = { config: { open: true } };

export function probes(app: FastifyInstance, router: HybridRouter, draining: () => boolean): void {
  app.get("/health", open, () => router.healthCheck(draining()));
  app.get("/livez", open, async () => ({ live: true }));
  app.get("/readyz", open, async (_request, reply) => {
    if (draining()) reply.code(503);
    return { ready: !draining() };
  });
}
