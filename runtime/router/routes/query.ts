import type { FastifyRequest } from "fastify";
import type { z } from "zod";
import { checkBody } from "./validate.ts";

/**
 * Checks a query string and gives back what its schema makes of it.
 *
 * @throws RouterError invalid_request that names each wrong parameter
 */
export function readQuery<Schema extends z.ZodObject>(schema: Schema, { query }: FastifyRequest): z.infer<Schema> {
  // Node's parser gives an object without a prototype, which is none to a schema.
  const given = { ...(query as Record<string, unknown>) };
  checkBody(schema, given);
  return schema.parse(given);
}
