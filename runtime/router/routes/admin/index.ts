import type { FastifyInstance } from "fastify";
import type { HybridRouter } from "../../hybrid-router.ts";
import { auditLog } from "./audit.ts";
import { backends } from "./backends.ts";
import { keys } from "./keys.ts";
import { setBudget } from "./set-budget.ts";
import { tenants } from "./tenants.ts";

export { adminOnly, auditRefusal } from "./refusals.ts";

/** Who may do what, changed while the router runs; for admin keys only. */
export function admin(app: FastifyInstance, router: HybridRouter): void {
  keys(app, router);
  tenants(app, router);
  setBudget(app, router);
  backends(app, router);
  auditLog(app, router);
}
