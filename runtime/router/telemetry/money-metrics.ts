import type { Registry } from "prom-client";
import { metric } from "./conventions.ts";
import { gauge, readCounter } from "./series.ts";
import type { Observed } from "./types.ts";

/** Budgets beyond these are left out: counted together they would say nothing. */
const mostBudgets = 500;

const levels = ["cheaper", "local"];

/** What was spent, and what of budgets; nothing is counted here, all of it is read where it is. */
export function addMoneyMetrics(
  registry: Registry,
  observed: () => Observed,
  isKnown: (backend: string, model: string) => boolean,
): void {
  const cost = {
    name: metric.cost,
    help: "What attempts have cost, US dollars; estimated where no provider has confirmed it.",
    labels: ["backend", "model", "tenant", "estimated"],
  };
  readCounter(registry, cost, (seriesOf) => {
    for (const { backend, model, tenant, estimated, usd } of observed().costs?.() ?? []) {
      seriesOf(backend, isKnown(backend, model) ? model : "other", tenant, String(estimated)).inc(usd);
    }
  });
  const amounts = [
    [metric.budgetLimit, "What may be spent, US dollars.", "limit"],
    [metric.budgetSpent, "What is spent, US dollars.", "spent"],
    [metric.budgetReserved, "What attempts under way may cost at most, US dollars.", "reserved"],
  ] as const;
  for (const [name, help, which] of amounts) {
    gauge(registry, { name, help, labels: ["scope", "period"] }, (seriesOf) => {
      for (const { scope, periods } of budgetsOf(observed())) {
        for (const each of periods) seriesOf(scope, each.period).set(each[which]);
      }
    });
  }
  const throttle = {
    name: metric.budgetThrottle,
    help: "1 for what auto means while a budget nears its end.",
    labels: ["scope", "level"],
  };
  gauge(registry, throttle, (seriesOf) => {
    for (const each of budgetsOf(observed())) {
      for (const level of levels) seriesOf(each.scope, level).set(each.throttle === level ? 1 : 0);
    }
  });
  const alerts = {
    name: metric.budgetAlerts,
    help: "Alerts about budgets, by what became of them.",
    labels: ["outcome"],
  };
  readCounter(registry, alerts, (seriesOf) => {
    for (const [outcome, count] of Object.entries(observed().alerts?.() ?? {})) seriesOf(outcome).inc(count);
  });
}

function* budgetsOf({ budgets }: Observed) {
  let count = 0;
  for (const budget of budgets?.() ?? []) {
    if (count++ >= mostBudgets) return;
    yield budget;
  }
}
