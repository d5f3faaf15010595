import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { type AuditRecord, readAudit } from "../../access/index.ts";
import type { HybridRouter } from "../../hybrid-router.ts";
import type { RouteDoc } from "../../openapi/index.ts";
import { readQuery } from "../query.ts";
import { stamp } from "./schemas.ts";
import { adminErrors, administer, adminRoute } from "./support.ts";

const word = z.string().min(1).max(64);

const AuditQuery = z.strictObject({
  by: word.optional().meta({ description: "The id of a key." }),
  action: word.optional().meta({ description: "As key.create, backend.revoke ..." }),
  outcome: word.optional().meta({ description: "ok, or the code of an error, e.g. forbidden." }),
  limit: z.coerce.number().int().min(1).max(1_000).default(100).meta({ description: "Entries on a page." }),
  cursor: z.coerce.number().int().min(1).optional().meta({ description: "next of the page before." }),
});

const AuditLog = z
  .strictObject({
    entries: z.array(
      z.strictObject({
        id: z.int(),
        at: stamp,
        by: z.string().meta({ description: "The id of the key; empty where none was known." }),
        action: z.string(),
        object: z.string(),
        outcome: z.string(),
        request_id: z.string(),
        detail: z.record(z.string(), z.unknown()).optional(),
      }),
    ),
    next: z.int().optional().meta({ description: "The cursor of the next page; absent after the last." }),
  })
  .meta({ title: "AuditLog" });

const doc: RouteDoc = {
  summary: "Tells who did what here, and who was refused; latest first.",
  description: "Refusals come some seconds later. Nothing can be changed or taken out of it.",
  query: AuditQuery,
  answers: { 200: { description: "A page.", content: { "application/json": AuditLog } } },
  errors: adminErrors,
};

export function auditLog(app: FastifyInstance, { access }: HybridRouter): void {
  app.get("/admin/audit", adminRoute("audit.read", doc), async (request) => {
    const { cursor: before, limit, ...filter } = readQuery(AuditQuery, request);
    const found = await administer(access, () =>
      access.read((queries, stack) => readAudit(queries, stack, { ...filter, before, limit: limit + 1 })),
    );
    const next = found.length > limit ? found[limit - 1]?.id : undefined;
    return { entries: found.slice(0, limit).map(json), ...(next === undefined ? {} : { next }) };
  });
}

const json = ({ id, at, by, action, object, outcome, requestId, detail }: AuditRecord) => ({
  id,
  at: new Date(at).toISOString(),
  by,
  action,
  object,
  outcome,
  request_id: requestId,
  ...(detail === undefined ? {} : { detail }),
});
