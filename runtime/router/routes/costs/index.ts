import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { HybridRouter } from "../../hybrid-router.ts";
import { costsCsv, costsJson, requestsCsv, requestsJson } from "../../ledger/index.ts";
import { openAiWire } from "../../wires/openai/index.ts";
import { csvType, wantsCsv } from "../accept.ts";
import { readQuery } from "../query.ts";
import { jsonType } from "../respond.ts";
import { costsDoc, requestsDoc } from "./docs.ts";
import { CostsQuery, RequestsQuery, timesOf } from "./queries.ts";
import { askLedger, tenantSeen } from "./sources.ts";

/** What requests have cost, as the ledger knows it: sums, and single requests. */
export function costs(app: FastifyInstance, router: HybridRouter): void {
  app.get("/v1/costs", { config: { wire: openAiWire, doc: costsDoc } }, async (request, reply) => {
    const { from, to, group_by: groupBy, timezone, tenant } = readQuery(CostsQuery, request);
    const query = { ...timesOf(from, to), groupBy, timezone, tenant: tenantSeen(request, tenant) };
    const report = await askLedger(router, (ledger) => ledger.costs(query));
    return send(request, reply, report, costsJson, costsCsv);
  });

  app.get("/v1/costs/requests", { config: { wire: openAiWire, doc: requestsDoc } }, async (request, reply) => {
    const { from, to, limit, cursor, tenant } = readQuery(RequestsQuery, request);
    const times = timesOf(from, to);
    const query = { ...times, limit, cursor, tenant: tenantSeen(request, tenant) };
    const report = await askLedger(router, (ledger) => ledger.requests(query));
    if (report.next !== undefined) reply.header("link", nextPage(times, { limit, tenant, cursor: report.next }));
    return send(request, reply, report, requestsJson, requestsCsv);
  });
}

function send<Report>(
  request: FastifyRequest,
  reply: FastifyReply,
  report: Report,
  json: (report: Report) => object,
  csv: (report: Report) => string,
): FastifyReply {
  reply.headers({ vary: "accept", "cache-control": "no-store" });
  return wantsCsv(request)
    ? reply.type(csvType).send(csv(report))
    : reply.type(jsonType).send(JSON.stringify(json(report)));
}

/** Where the next page is, as RFC 8288 writes it: CSV has no other place for it. */
function nextPage(
  { from, to }: ReturnType<typeof timesOf>,
  { limit, tenant, cursor }: { readonly limit: number; readonly tenant: string | undefined; readonly cursor: string },
): string {
  const query = new URLSearchParams({
    from: from.toISOString(),
    to: to.toISOString(),
    limit: String(limit),
    ...(tenant === undefined ? {} : { tenant }),
    cursor,
  });
  return `</v1/costs/requests?${query}>; rel="next"`;
}
