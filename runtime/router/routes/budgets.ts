import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Caller } from "../authenticate.ts";
import { RouterError } from "../errors.ts";
import type { HybridRouter } from "../hybrid-router.ts";
import {
  type BudgetStatus,
  formatDollars,
  type Nanos,
  type PeriodStatus,
  periodNames,
  type Scope,
  scopeOf,
  toDollars,
} from "../money/index.ts";
import type { RouteDoc } from "../openapi/index.ts";
import { openAiWire } from "../wires/openai/index.ts";

const Amount = z.strictObject({
  usd: z.number().min(0).meta({ description: "US dollars, fit to show." }),
  exact: z
    .string()
    .regex(/^\d+\.\d{9}$/)
    .meta({ description: "The same to the nano-dollar, fit to add." }),
});

const PeriodBudget = z.strictObject({
  limit: Amount.optional().meta({ description: "Absent where there is none." }),
  spent: Amount,
  estimated: Amount.meta({ description: "Of what is spent: what no provider has confirmed." }),
  reserved: Amount.meta({ description: "What attempts under way may cost at most." }),
  resets: z.iso.datetime().meta({ description: "When it begins anew." }),
});

export const Budgets = z
  .strictObject({
    timezone: z.string().meta({ description: "Where days, weeks and months begin." }),
    request: Amount.optional().meta({ description: "What one request may cost, with all its attempts." }),
    budgets: z.array(
      z.strictObject({
        scope: z.string().meta({ description: "stack, tenant:<name> or key:<id>." }),
        day: PeriodBudget,
        week: PeriodBudget.meta({ description: "From Monday." }),
        month: PeriodBudget,
      }),
    ),
  })
  .meta({ title: "Budgets" });

const doc: RouteDoc = {
  summary: "Tells what may be spent, what is and what is reserved.",
  description:
    "An admin key sees the stack's budget and that of each tenant and key that has one; a client's key sees the stack's, its tenant's and its own.",
  answers: { 200: { description: "The budgets as they are now.", content: { "application/json": Budgets } } },
  errors: ["unavailable"],
};

/** What is left; the limits are changed in the configuration, and by PUT (routes/admin/set-budget.ts). */
export function budgets(app: FastifyInstance, router: HybridRouter): void {
  app.get("/v1/budgets", { config: { wire: openAiWire, doc } }, async ({ exchange }, reply) => {
    const { spending, config } = router;
    const trouble = await spending.trouble();
    if (trouble !== undefined) throw unavailable(trouble);
    const told = await spending.status(Date.now(), scopesSeen(exchange.caller));
    reply.header("cache-control", "no-store");
    const { timezone, request } = config.budgets;
    return {
      timezone,
      ...(request === undefined ? {} : { request: { usd: request, exact: request.toFixed(9) } }),
      budgets: told.map(({ scope, status }) => ({ scope, ...budgetJson(status) })),
    };
  });
}

/** Undefined for all that there are. */
function scopesSeen(caller: Caller | undefined): Scope[] | undefined {
  if (caller === undefined) return [];
  const { role, tenant, keyId: key } = caller;
  return role === "admin" ? undefined : ["stack", scopeOf("tenant", { tenant, key }), scopeOf("key", { tenant, key })];
}

function budgetJson(status: BudgetStatus | undefined) {
  if (status === undefined) throw unavailable("the store did not answer");
  return Object.fromEntries(periodNames.map((period) => [period, periodJson(status[period])]));
}

const periodJson = ({ limit, spent, estimated, reserved, resetsAt }: PeriodStatus) => ({
  ...(limit === undefined ? {} : { limit: amount(limit) }),
  spent: amount(spent),
  estimated: amount(estimated),
  reserved: amount(reserved),
  resets: new Date(resetsAt).toISOString(),
});

const amount = (nanos: Nanos) => ({ usd: toDollars(nanos), exact: formatDollars(nanos, 9) });

const unavailable = (why: string) =>
  new RouterError(
    "unavailable",
    `What was spent can't be told now: ${why}. Paid requests wait for it, or are refused.`,
  );
