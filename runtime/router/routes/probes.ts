import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { backendNames } from "../../config/index.ts";
import { ThrottleState } from "../alerts/index.ts";
import { RouterError } from "../errors.ts";
import type { HybridRouter } from "../hybrid-router.ts";
import type { RouteDoc } from "../openapi/index.ts";
import type { Telemetry } from "../telemetry/index.ts";

const breaker = z.enum(["closed", "open", "half_open"]);

const ModelHealth = z.strictObject({
  breaker,
  next_probe_ms: z.number().optional().meta({ description: "Until an open circuit is tried again." }),
  average_ms: z.number().optional().meta({ description: "The average of the last response times." }),
  slow: z.literal(true).optional().meta({ description: "Its requests go to a faster model." }),
});

const BackendHealth = z.strictObject({
  status: z.enum(["healthy", "degraded", "down", "disabled"]),
  why: z.string().optional(),
  latency_ms: z.number().optional(),
  model: z.string().optional().meta({ description: "Its default model." }),
  breaker: breaker.optional().meta({ description: "The circuit of its default model." }),
  models: z.record(z.string(), ModelHealth).optional().meta({ description: "Models that were asked since the start." }),
  rehearsal: z.literal(true).optional().meta({ description: "A scripted stand-in, not a model." }),
});

const LedgerState = z.strictObject({
  writable: z.boolean().meta({ description: "Whether paid attempts can be written down; where not, none is made." }),
  database: z.enum(["postgresql", "embedded"]),
  waiting: z.literal(true).optional().meta({ description: "Rows wait for the database; the log says why." }),
  journal: z
    .string()
    .optional()
    .meta({ description: "Why the journal takes no records: full, or ENOSPC and the like." }),
});

export const Health = z
  .strictObject({
    name: z.string(),
    region: z.string().optional(),
    status: z.enum(["healthy", "degraded", "down"]),
    airgap: z.boolean(),
    draining: z.boolean(),
    config: z.string().meta({ description: "Hash of the effective configuration." }),
    backends: z.record(z.enum(backendNames), BackendHealth),
    ledger: LedgerState.optional().meta({ description: "Absent where there is none." }),
    budgets: z.strictObject({
      known: z.boolean().meta({ description: "Whether it is known what was spent; where not, what costs is refused." }),
      why: z.string().optional(),
      throttle: ThrottleState.meta({ description: "What auto means to everybody, by the stack's budget." }),
      webhook: z
        .strictObject({
          status: z.enum(["ok", "failing"]),
          why: z.string().optional().meta({ description: "Why the last attempt to deliver an alert failed." }),
          waiting: z.int().meta({ description: "Alerts that are still to be delivered." }),
          failed: z.int().meta({ description: "Alerts that were given up since the start." }),
        })
        .optional()
        .meta({ description: "Absent where no webhook is told of budgets." }),
    }),
    access: z
      .strictObject({
        revision: z.int().min(0).meta({ description: "Of keys and tenants; raised by each change at any router." }),
        stale_since: z.iso.datetime().optional().meta({
          description: "Since when the database can't be asked: what was known then goes on.",
        }),
      })
      .optional()
      .meta({ description: "Absent where keys are changed in the configuration only." }),
  })
  .meta({ title: "Health" });

export const Live = z.strictObject({ live: z.literal(true) });
export const Ready = z.strictObject({ ready: z.boolean() });

const docs = {
  health: {
    summary: "Tells how each backend is, and whether costs can be counted.",
    answers: { 200: { description: "Whatever the backends' state.", content: { "application/json": Health } } },
  },
  metrics: {
    summary: "Prometheus' metrics.",
    answers: { 200: { description: "Prometheus text.", content: { "text/plain": z.string() } } },
    errors: [{ code: "invalid_request", status: 404 }],
  },
  livez: {
    summary: "Whether the process answers.",
    answers: { 200: { description: "It does.", content: { "application/json": Live } } },
  },
  readyz: {
    summary: "Whether it takes new requests.",
    answers: {
      200: { description: "It does.", content: { "application/json": Ready } },
      503: { description: "It is draining.", content: { "application/json": Ready } },
    },
  },
} as const satisfies Record<string, RouteDoc>;

/** Probes need no key and hold no secret. */
const open = (doc: RouteDoc) => ({ config: { open: true, doc } });

export function probes(
  app: FastifyInstance,
  router: HybridRouter,
  telemetry: Telemetry,
  draining: () => boolean,
): void {
  app.get("/health", open(docs.health), () => router.healthCheck(draining()));
  app.get("/metrics", open(docs.metrics), async (_request, reply) => {
    if (!router.config.telemetry.metrics) {
      throw new RouterError("invalid_request", "Metrics are turned off (telemetry.metrics).", { status: 404 });
    }
    return reply.type(telemetry.contentType).send(await telemetry.metricsText());
  });
  app.get("/livez", open(docs.livez), async () => ({ live: true }));
  app.get("/readyz", open(docs.readyz), async (_request, reply) => {
    if (draining()) reply.code(503);
    return { ready: !draining() };
  });
}
