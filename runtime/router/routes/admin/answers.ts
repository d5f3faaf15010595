import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { RouterError } from "../../errors.ts";
import type { RouteDoc } from "../../openapi/index.ts";
import { readQuery } from "../query.ts";
import type { RouteParts } from "../respond.ts";
import { adminErrors, administer, adminRoute, doing, flag } from "./support.ts";
import { found, noSuchTenant, tenantsOf } from "./tenants.ts";

const Unknown = z.strictObject({
  force: flag("true: also those of a tenant that is not known any more.", "false"),
});

const Forgotten = z
  .strictObject({
    tenant: z.string(),
    at: z.enum(["stack", "process"]).meta({
      description: "stack: at all routers, which share a Redis. process: at this one alone; others keep their own.",
    }),
  })
  .meta({ title: "ForgottenAnswers" });

const doc = {
  summary: "Forgets what a tenant was answered: the response cache, and the replays of idempotency keys.",
  description:
    "None of these answers is given again, and what is being answered now is not kept. A repeat of a request with an idempotency key is answered anew, and billed again. Where the router has no database the audit log has no entry.",
  query: Unknown,
  answers: { 200: { description: "They are forgotten.", content: { "application/json": Forgotten } } },
  errors: adminErrors,
} as const satisfies RouteDoc;

/** Erases what models have answered a tenant, as somebody may ask whom the answers are about. */
export function tenantAnswers(app: FastifyInstance, { router, cache, replays }: RouteParts): void {
  const { access, spending } = router;
  const forget = async (tenant: string) => {
    try {
      await Promise.all([cache.forget(tenant), replays.forget(tenant)]);
    } catch {
      const message =
        "Redis can't be asked now, so some of the answers may still be there until they expire. Ask again.";
      throw new RouterError("unavailable", message, { headers: { "retry-after": "1" } });
    }
  };

  app.delete<{ Params: { name: string } }>(
    "/admin/tenants/:name/answers",
    adminRoute("tenant.forget-answers", doc),
    async (request) => {
      const { name } = request.params;
      const known = readQuery(Unknown, request).force === "true" || tenantsOf(router.config).has(name);
      if (access.isAdministered) {
        // Written down with it or not at all; what is forgotten though it could not be written is only forgotten again.
        await administer(access, () =>
          access.change(doing(request), async (changing) => {
            if (!known) await found(changing, router.config, name);
            await forget(name);
          }),
        );
      } else {
        if (!known) throw noSuchTenant(name);
        await forget(name);
      }
      return { tenant: name, at: spending.redis ? "stack" : "process" };
    },
  );
}
