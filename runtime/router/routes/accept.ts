import type { FastifyRequest } from "fastify";

export const csvType = "text/csv; charset=utf-8";

/** Whether `Accept` names CSV, and JSON not before it (RFC 9110, 12.5.1). */
export function wantsCsv({ headers }: FastifyRequest): boolean {
  const qualities = new Map(headers.accept?.split(",").map(qualityOf));
  const csv = qualities.get("text/csv") ?? 0;
  return csv > 0 && csv >= (qualities.get("application/json") ?? 0);
}

function qualityOf(range: string): [type: string, quality: number] {
  const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
  const quality = Number(parameters.find((each) => each.startsWith("q="))?.slice(2) ?? 1);
  return [type, Number.isNaN(quality) ? 0 : quality];
}
