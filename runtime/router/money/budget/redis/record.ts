import type { Nanos } from "../../amount.ts";
import type { PeriodIds } from "../account.ts";
import type { PeriodName, Periods } from "../periods.ts";
import type { Asker, PeriodLimits } from "../scopes.ts";
import type { BudgetStatus, Expired } from "../store.ts";

export interface Held extends Asker {
  readonly amount: Nanos;
  readonly expiresAt: number;
  readonly ids: PeriodIds;
}

/** As the scripts write and read it. Only the tenant, which is last, may hold any character. */
export function writeRecord({ amount, expiresAt, ids, key, tenant }: Held): string {
  return [amount, expiresAt, ids.day, ids.week, ids.month, key, tenant].join("\n");
}

export function readExpired(id: string, record: string): Expired {
  const [amount, expiresAt, , , , key = "", ...tenant] = record.split("\n");
  return { id, amount: Number(amount), expiresAt: Number(expiresAt), key, tenant: tenant.join("\n") };
}

/** Three periods' ids, and then what is spent, estimated and reserved in each. */
export const numbersOfScope = 12;

/** @param numbers of a scope, as the counters hold them */
export function readStatus(numbers: readonly number[], limits: PeriodLimits, periods: Periods): BudgetStatus {
  const of = (period: PeriodName, index: number) => {
    const current = (numbers[index] ?? 0) >= periods[period].id;
    const count = (kind: number) => (current ? (numbers[3 + 3 * index + kind] ?? 0) : 0);
    const counts = { spent: count(0), estimated: count(1), reserved: count(2) };
    return { limit: limits[period], ...counts, resetsAt: periods[period].end };
  };
  return { day: of("day", 0), week: of("week", 1), month: of("month", 2) };
}
