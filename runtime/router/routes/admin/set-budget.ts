import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { PeriodBudgets } from "../../../config/index.ts";
import { type LimitedScope, splitScope } from "../../access/index.ts";
import { RouterError } from "../../errors.ts";
import type { HybridRouter } from "../../hybrid-router.ts";
import type { RouteDoc } from "../../openapi/index.ts";
import { found as foundKey } from "./keys.ts";
import { configured, limit } from "./limits.ts";
import { administer, adminRoute, changeErrors, doing, readBody } from "./support.ts";
import { found as foundTenant } from "./tenants.ts";

const SetBudget = z.strictObject({ scope: z.string(), budget: PeriodBudgets }).meta({ title: "SetBudget" });

const doc: RouteDoc = {
  summary: "Sets what a tenant or a key may spend.",
  description:
    "The scope is tenant:<name> or key:<id>. The body replaces its budget, and {} takes it away. The stack's own, and those that the configuration sets, are changed there.",
  body: PeriodBudgets,
  answers: { 200: { description: "As it is now.", content: { "application/json": SetBudget } } },
  errors: changeErrors,
};

type One = { Params: { scope: string } };

/** Beside GET /v1/budgets, which tells what was spent of it. */
export function setBudget(app: FastifyInstance, router: HybridRouter): void {
  const { access } = router;
  app.put<One>("/v1/budgets/:scope", adminRoute("budget.set", doc), async (request) => {
    const scope = scopeOf(request.params.scope);
    const budget = readBody(PeriodBudgets, request);
    const [kind, name] = splitScope(scope);
    await administer(access, () =>
      access.change(doing(request, budget), async (changing) => {
        await (kind === "tenants" ? foundTenant : foundKey)(changing, router.config, name);
        await limit(changing, router.config, scope, { budget });
      }),
    );
    return { scope, budget };
  });
}

function scopeOf(given: string): LimitedScope {
  if (given === "stack") throw configured("budgets.stack");
  if (/^(?:tenant|key):./.test(given)) return given as LimitedScope;
  const message = `scope: given ${JSON.stringify(given.slice(0, 100))}; allowed: tenant:<name> or key:<id>`;
  throw new RouterError("invalid_request", message, { param: "scope" });
}
