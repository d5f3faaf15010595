import type { Limits, OverBudget, PeriodLimits, Reserved, Scope } from "../../runtime/router/money/index.ts";

const dayMs = 86_400_000;
const names = ["day", "week", "month"] as const;

/** Days, weeks and months of UTC, by arithmetic of its own. */
function periodsOf(now: number): Record<(typeof names)[number], number> {
  const day = Math.floor(now / dayMs);
  const date = new Date(now);
  return {
    day,
    week: day - ((date.getUTCDay() + 6) % 7),
    month: Date.UTC(date.getUTCFullYear(), date.getUTCMonth()) / dayMs,
  };
}

interface Entry {
  readonly id: string;
  readonly scopes: readonly Scope[];
  readonly madeAt: number;
  readonly expiresAt: number;
  readonly reserved: number;
  state: "open" | "settled" | "swept" | "late";
  spent: number;
}

interface Order {
  readonly id: string;
  readonly tenant: string;
  readonly key: string;
  readonly amount: number;
  readonly now: number;
  readonly expiresAt: number;
  readonly limits: Limits;
}

/** What a budget store must do, in the simplest way: it keeps every attempt there ever was and adds them up anew. */
export class BudgetModel {
  readonly entries: Entry[] = [];

  sums(scope: Scope, period: (typeof names)[number], now: number): { spent: number; reserved: number } {
    const current = this.entries.filter(
      ({ scopes, madeAt }) => scopes.includes(scope) && periodsOf(madeAt)[period] === periodsOf(now)[period],
    );
    return {
      spent: current.reduce((sum, { spent }) => sum + spent, 0),
      reserved: current.reduce((sum, { state, reserved }) => sum + (state === "open" ? reserved : 0), 0),
    };
  }

  reserve(order: Order): Pick<OverBudget, "ok" | "scope" | "period" | "spent" | "reserved" | "limit"> | Reserved {
    const { id, tenant, key, amount, now, expiresAt, limits } = order;
    const scopes: [Scope, PeriodLimits][] = [
      [`key:${key}`, limits.key],
      [`tenant:${tenant}`, limits.tenant],
      ["stack", limits.stack],
    ];
    for (const [scope, limitsOf] of scopes) {
      for (const period of names) {
        const limit = limitsOf[period];
        const { spent, reserved } = this.sums(scope, period, now);
        if (limit !== undefined && spent + reserved + amount > limit) {
          return { ok: false, scope, period, limit, spent, reserved };
        }
      }
    }
    const entry = { id, scopes: scopes.map(([scope]) => scope), madeAt: now, expiresAt, reserved: amount };
    this.entries.push({ ...entry, state: "open", spent: 0 });
    return { ok: true };
  }

  settle(id: string, amount: number): "settled" | "late" | "unknown" {
    const entry = this.entries.find((each) => each.id === id);
    if (entry?.state === "open") {
      entry.state = "settled";
      entry.spent = amount;
      return "settled";
    }
    if (entry?.state !== "swept") return "unknown";
    entry.state = "late";
    entry.spent = Math.max(entry.spent, amount);
    return "late";
  }

  sweep(now: number): string[] {
    const expired = this.entries.filter(({ state, expiresAt }) => state === "open" && expiresAt <= now);
    for (const entry of expired) {
      entry.state = "swept";
      entry.spent = entry.reserved;
    }
    return expired.map(({ id }) => id);
  }
}
