import { z } from "zod";
import {
  amountJson,
  formatDollars,
  type PeriodName,
  type PeriodStatus,
  type Scope,
  toDollars,
} from "../money/index.ts";
import { type Forecast, shownTime } from "./forecast.ts";
import { percentOf, type ThrottleLevel } from "./throttle.ts";

/** Something about a budget that is told once in each of its periods. */
export interface Alert {
  readonly scope: Scope;
  readonly period: PeriodName;
  /** The number of the period; see Calendar. */
  readonly periodId: number;
  /** Per cent that were crossed, or that the budget will be exhausted before it begins anew. */
  readonly about: number | "forecast";
  readonly status: PeriodStatus;
  readonly forecast: Forecast | undefined;
  readonly throttle: ThrottleLevel | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The same for every router that could tell it. */
export const idOf = ({ scope, period, periodId, about }: Omit<Alert, "status" | "forecast" | "throttle" | "now">) =>
  `${period}:${periodId}:${about}:${scope}`;

/** What auto means. */
export const ThrottleState = z.enum(["none", "cheaper", "local"]);

const Amount = z.strictObject({ usd: z.number(), exact: z.string() });

/** What is posted to a webhook. */
export const BudgetAlert = z
  .strictObject({
    type: z.enum(["budget.threshold", "budget.forecast"]),
    timestamp: z.iso.datetime(),
    text: z.string().meta({ description: "The whole of it in a sentence; what Slack and its like show." }),
    data: z.strictObject({
      router: z.string().meta({ description: "The name of the router that tells it." }),
      region: z.string().optional(),
      scope: z.string().meta({ description: "stack, tenant:<name> or key:<id>." }),
      period: z.enum(["day", "week", "month"]),
      threshold_percent: z.number().optional().meta({ description: "Absent for a forecast." }),
      spent_percent: z.number(),
      limit: Amount,
      spent: Amount,
      reserved: Amount,
      resets: z.iso.datetime().meta({ description: "When the budget begins anew." }),
      usd_per_hour: z.number().optional().meta({ description: "Of late." }),
      exhausted: z.iso
        .datetime()
        .optional()
        .meta({ description: "When the budget is used up at this rate; absent where it begins anew before." }),
      timezone: z.string().meta({ description: "Of the budget, and of the times in the text." }),
      throttle: ThrottleState.meta({ description: "What auto means from here on." }),
    }),
  })
  .meta({ title: "BudgetAlert" });
export type BudgetAlert = z.infer<typeof BudgetAlert>;

export interface Teller {
  readonly name: string;
  readonly region?: string | undefined;
  readonly timezone: string;
}

export function render(alert: Alert, { name, region, timezone }: Teller): BudgetAlert {
  const { scope, period, about, status, forecast, throttle, now } = alert;
  const { limit = 0, spent, reserved, resetsAt } = status;
  const exhausted = forecast?.exhaustedAt;
  return {
    type: about === "forecast" ? "budget.forecast" : "budget.threshold",
    timestamp: new Date(now).toISOString(),
    text: textOf(alert, timezone),
    data: {
      router: name,
      ...(region === undefined ? {} : { region }),
      scope,
      period,
      ...(about === "forecast" ? {} : { threshold_percent: about }),
      spent_percent: Math.round(percentOf(spent, limit) * 10) / 10,
      limit: amountJson(limit),
      spent: amountJson(spent),
      reserved: amountJson(reserved),
      resets: new Date(resetsAt).toISOString(),
      ...(forecast ? { usd_per_hour: toDollars(forecast.perHour) } : {}),
      ...(exhausted === undefined ? {} : { exhausted: new Date(exhausted).toISOString() }),
      timezone,
      throttle: throttle ?? "none",
    },
  };
}

const effects: Readonly<Record<ThrottleLevel, string>> = {
  cheaper: " auto takes cheaper models now.",
  local: " auto asks our own models only now.",
};

function textOf({ scope, period, status, forecast, throttle, now }: Alert, timezone: string): string {
  const { limit = 0, spent, resetsAt } = status;
  const whose = scope === "stack" ? "The stack" : `The ${scope.replace(":", " ")}`;
  const percent = Math.floor(percentOf(spent, limit));
  const said = `${whose} has spent $${formatDollars(spent, 2)} of $${formatDollars(limit, 2)} for this ${period} (${percent} %).`;
  const exhausted = forecast?.exhaustedAt;
  const then = (at: number) => shownTime(at, now, timezone);
  const trend =
    exhausted === undefined
      ? ` It begins anew at ${then(resetsAt)}.`
      : ` At this rate, exhausted at ${then(exhausted)}; it begins anew at ${then(resetsAt)}.`;
  return said + trend + (throttle ? effects[throttle] : "");
}
