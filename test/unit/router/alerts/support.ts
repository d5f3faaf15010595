import { parseRouterConfig, type RouterConfigInput } from "../../../../runtime/config/index.ts";
import type { BudgetAlert } from "../../../../runtime/router/alerts/index.ts";
import { Alerts, BudgetWatch, MemoryClaims } from "../../../../runtime/router/alerts/index.ts";
import { Calendar, LimitTable, MemoryBudgetStore } from "../../../../runtime/router/money/index.ts";

export const nano = 1_000_000_000;
export const start = Date.UTC(2026, 10, 30);
export const minute = 60_000;

export interface Told {
  readonly alert: BudgetAlert["data"];
  readonly text: string;
}

/** A watch over a budget in memory, whose clock the test moves. */
export function watched(budgets: NonNullable<RouterConfigInput["budgets"]>, claims = new MemoryClaims()) {
  const config = parseRouterConfig({ budgets }, "test");
  const calendar = new Calendar(config.budgets.timezone);
  const store = new MemoryBudgetStore(calendar);
  const limits = new LimitTable(config.budgets);
  const told: Told[] = [];
  const log = {
    warn: ({ alert }: { alert: Told["alert"] }, text: string) => void told.push({ alert, text }),
    info() {},
    error() {},
  };
  const clock = { now: start };
  const alerts = new Alerts({
    config: config.budgets.alerts,
    teller: { name: "front", timezone: config.budgets.timezone },
    claims,
    log: log as never,
    openSecret: () => ({ read: () => undefined, remedy: "" }),
  });
  const watch = new BudgetWatch({
    store,
    calendar,
    rules: () => config.budgets,
    limited: () => limits.limited(),
    ready: () => true,
    alerts,
    now: () => clock.now,
  });
  let attempts = 0;
  const spend = (dollars: number, { tenant = "acme", key = "k1" } = {}) => {
    const id = `a${attempts++}`;
    const amount = Math.round(dollars * nano);
    store.reserve({
      id,
      tenant,
      key,
      amount,
      now: clock.now,
      expiresAt: clock.now + minute,
      limits: { key: {}, tenant: {}, stack: {} },
    });
    store.settle(id, amount, false);
  };
  return { watch, spend, clock, told, alerts, store };
}
