import type {
  BackendState,
  BudgetLine,
  BudgetsSection,
  Period,
  RouterSection,
  SpendSection,
} from "../../dashboard/protocol.ts";
import { version } from "../../version.ts";
import type { BackendHealth, HealthReport } from "../health.ts";
import type { HybridRouter } from "../hybrid-router.ts";
import {
  type BudgetStatus,
  type Calendar,
  type PeriodName,
  periodNames,
  type Scope,
  toDollars,
} from "../money/index.ts";
import { forecast } from "./forecast.ts";

export function routerSection({ config }: HybridRouter, health: HealthReport, startedAt: number): RouterSection {
  const backends = Object.entries(health.backends);
  const first = config.failoverChain.find((name) => health.backends[name].status !== "disabled");
  const model = first && health.backends[first].model;
  return {
    name: health.name,
    ...(health.region === undefined ? {} : { region: health.region }),
    version,
    config: health.config,
    airgap: health.airgap,
    startedAt,
    timezone: config.budgets.timezone,
    rehearsal: backends.filter(([, { rehearsal }]) => rehearsal).map(([name]) => name),
    ...(first && model ? { primary: `${first}/${model}` } : {}),
  };
}

export function backendStates({ backends }: HealthReport, now: number): BackendState[] {
  return Object.entries(backends).map(([name, health]) => ({
    name,
    status: health.status,
    ...(health.why === undefined ? {} : { why: health.why }),
    ...(health.latency_ms === undefined ? {} : { latencyMs: health.latency_ms }),
    ...(health.rehearsal ? { rehearsal: true } : {}),
    models: modelsOf(health, now),
  }));
}

function modelsOf({ models = {}, model, breaker }: BackendHealth, now: number): BackendState["models"] {
  const asked = Object.entries(models).map(([name, state]) => ({
    model: name,
    breaker: state.breaker,
    ...(state.next_probe_ms === undefined ? {} : { retryAt: now + state.next_probe_ms }),
    ...(state.average_ms === undefined ? {} : { averageMs: state.average_ms }),
    ...(state.slow ? { slow: true } : {}),
  }));
  // Its default model, though nobody has asked it yet.
  return asked.length > 0 || model === undefined ? asked : [{ model, breaker: breaker ?? "closed" }];
}

export type RecentSpend = { readonly spent: number; readonly ms: number } | undefined;

/** What the stack has spent, by the store that knows it first. */
export async function spendSection(
  { spending }: HybridRouter,
  calendar: Calendar,
  now: number,
  recent: RecentSpend,
): Promise<SpendSection> {
  const trouble = await spending.trouble();
  if (trouble !== undefined) return { known: false, why: trouble };
  const [stack] = await spending.status(now, ["stack"]);
  if (!stack?.status) return { known: false, why: "the store did not answer" };
  const { status } = stack;
  const periods = calendar.at(now);
  const period = (name: PeriodName): Period => {
    const { limit, spent, estimated, reserved } = status[name];
    const { start, end } = periods[name];
    const [dollars, most] = [toDollars(spent), limit === undefined ? undefined : toDollars(limit)];
    return {
      start,
      end,
      ...(most === undefined ? {} : { limit: most }),
      spent: dollars,
      estimated: toDollars(estimated),
      reserved: toDollars(reserved),
      forecast: forecast({ start, end, now, spent: dollars, limit: most, recent: name === "day" ? recent : undefined }),
    };
  };
  return { known: true, day: period("day"), week: period("week"), month: period("month") };
}

const mostLines = 20;

/** Budgets of tenants and keys, those nearest to their limits first. */
export async function budgetsSection({ spending }: HybridRouter, now: number): Promise<BudgetsSection> {
  const told = (await spending.status(now)).filter(({ scope }) => scope !== "stack");
  const lines = told.flatMap(({ scope, status }) => (status ? linesOf(scope, status) : []));
  const share = ({ limit, spent, reserved }: BudgetLine) => (limit === 0 ? 1 : (spent + reserved) / limit);
  return { lines: lines.sort((one, other) => share(other) - share(one)).slice(0, mostLines), scopes: told.length };
}

function linesOf(scope: Scope, status: BudgetStatus): BudgetLine[] {
  return periodNames.flatMap((period) => {
    const { limit, spent, reserved, resetsAt } = status[period];
    if (limit === undefined) return [];
    const amounts = { limit: toDollars(limit), spent: toDollars(spent), reserved: toDollars(reserved) };
    return [{ scope, period, ...amounts, resets: resetsAt }];
  });
}
