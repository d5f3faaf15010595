import type { FastifyInstance } from "fastify";
import type { Wire } from "../wires/wire.ts";
import type { RouteDoc } from "./route-doc.ts";

export interface DocumentedRoute {
  readonly method: string;
  /** As fastify writes it, e.g. `/admin/keys/:id`. */
  readonly url: string;
  readonly open: boolean;
  readonly session?: boolean;
  readonly wire: Wire | undefined;
  readonly doc: RouteDoc;
}

/**
 * Every route that is registered from now on, but for the HEAD that fastify adds to each GET. A route that says nothing
 * of itself is none: registering it fails.
 */
export function collectRoutes(app: FastifyInstance): readonly DocumentedRoute[] {
  const routes: DocumentedRoute[] = [];
  app.addHook("onRoute", ({ url, method, config }) => {
    for (const one of Array.isArray(method) ? method : [method]) {
      if (one === "HEAD") continue;
      if (!config?.doc) throw new Error(`${one} ${url} has no doc in its config: /openapi.json could not tell of it`);
      const { open = false, session = false, wire, doc } = config;
      routes.push({ method: one, url, open, session, wire, doc });
    }
  });
  return routes;
}
