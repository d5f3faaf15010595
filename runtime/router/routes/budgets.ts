import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { type BudgetWatch, type Forecast, ThrottleState } from "../alerts/index.ts";
import type { Caller } from "../authenticate.ts";
import { RouterError } from "../errors.ts";
import type { HybridRouter } from "../hybrid-router.ts";
import {
  amountJson,
  type BudgetStatus,
  type PeriodName,
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

const ForecastJson = z.strictObject({
  usd_per_hour: z.number().min(0).meta({ description: "Of late: the last hour, of weeks and months the last day." }),
  exhausted: z.iso
    .datetime()
    .optional()
    .meta({ description: "When it is used up at this rate; absent where it begins anew before." }),
});

const ToldAlert = z.strictObject({
  about: z.union([z.number(), z.literal("forecast")]).meta({ description: "Per cent that were crossed." }),
  state: z.enum(["sending", "sent", "failed"]).meta({ description: "failed: it was given up." }),
  at: z.iso.datetime(),
});

const PeriodBudget = z.strictObject({
  limit: Amount.optional().meta({ description: "Absent where there is none." }),
  spent: Amount,
  estimated: Amount.meta({ description: "Of what is spent: what no provider has confirmed." }),
  reserved: Amount.meta({ description: "What attempts under way may cost at most." }),
  resets: z.iso.datetime().meta({ description: "When it begins anew." }),
  forecast: ForecastJson.optional().meta({
    description: "Where there is a limit, and the period has begun a moment ago.",
  }),
  alerts: z.array(ToldAlert).optional().meta({ description: "Where there is a limit: what was told in this period." }),
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
        throttle: ThrottleState.meta({
          description: "What this budget makes of auto: the next cheaper model first, or models of our own only.",
        }),
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
      budgets: told.map(({ scope, status }) => ({ scope, ...budgetJson(scope, status, spending.watch) })),
    };
  });
}

/** Undefined for all that there are. */
function scopesSeen(caller: Caller | undefined): Scope[] | undefined {
  if (caller === undefined) return [];
  const { role, tenant, keyId: key } = caller;
  return role === "admin" ? undefined : ["stack", scopeOf("tenant", { tenant, key }), scopeOf("key", { tenant, key })];
}

function budgetJson(scope: Scope, status: BudgetStatus | undefined, watch: BudgetWatch) {
  if (status === undefined) throw unavailable("the store did not answer");
  const periods = periodNames.map((period) => [period, periodJson(scope, period, status[period], watch)]);
  return { ...Object.fromEntries(periods), throttle: watch.of(scope)?.throttle?.level ?? "none" };
}

function periodJson(scope: Scope, period: PeriodName, status: PeriodStatus, watch: BudgetWatch) {
  const { limit, spent, estimated, reserved, resetsAt } = status;
  const common = {
    spent: amountJson(spent),
    estimated: amountJson(estimated),
    reserved: amountJson(reserved),
    resets: new Date(resetsAt).toISOString(),
  };
  if (limit === undefined) return common;
  const forecast = watch.of(scope)?.forecasts[period];
  const alerts = watch.told(scope, period).map(({ about, state, at }) => ({ about, state, at: iso(at) }));
  return { limit: amountJson(limit), ...common, ...(forecast ? { forecast: forecastJson(forecast) } : {}), alerts };
}

const forecastJson = ({ perHour, exhaustedAt }: Forecast) => ({
  usd_per_hour: toDollars(perHour),
  ...(exhaustedAt === undefined ? {} : { exhausted: iso(exhaustedAt) }),
});

const iso = (at: number): string => new Date(at).toISOString();

const unavailable = (why: string) =>
  new RouterError(
    "unavailable",
    `What was spent can't be told now: ${why}. Paid requests wait for it, or are refused.`,
  );
