import type { FastifyInstance } from "fastify";
import type { RouteParts } from "../respond.ts";
import { tenantAnswers } from "./answers.ts";
import { auditLog } from "./audit.ts";
import { backends } from "./backends.ts";
import { keys } from "./keys.ts";
import { setBudget } from "./set-budget.ts";
import { tenants } from "./tenants.ts";

export { adminOnly, auditRefusal } from "./refusals.ts";

/** Who may do what, changed while the router runs; for admin keys only. */
export function admin(app: FastifyInstance, parts: RouteParts): void {
  const { router } = parts;
  keys(app, router);
  tenants(app, router);
  tenantAnswers(app, parts);
  setBudget(app, router);
  backends(app, router);
  auditLog(app, router);
}
