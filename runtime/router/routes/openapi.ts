import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { type DocumentedRoute, openApiDocument, type RouteDoc } from "../openapi/index.ts";
import { jsonType } from "./respond.ts";

const doc: RouteDoc = {
  summary: "This document.",
  answers: { 200: { description: "OpenAPI 3.1.", content: { "application/json": z.looseObject({}) } } },
};

/** @param routes all of them, also those that are registered later */
export function openApi(app: FastifyInstance, routes: readonly DocumentedRoute[]): void {
  let text: string | undefined;
  app.get("/openapi.json", { config: { open: true, doc } }, async (_request, reply) => {
    text ??= JSON.stringify(openApiDocument(routes));
    return reply.type(jsonType).send(text);
  });
}
