import type { Nanos } from "../amount.ts";
import { type PeriodName, type Periods, periodNames } from "./periods.ts";
import type { PeriodLimits } from "./scopes.ts";
import type { BudgetStatus, Spend } from "./store.ts";

/** Ids of the day, week and month that an amount belongs to. */
export type PeriodIds = Readonly<Record<PeriodName, number>>;

export const idsOf = ({ day, week, month }: Periods): PeriodIds => ({ day: day.id, week: week.id, month: month.id });

interface Counter {
  /** The period that it counts. */
  id: number;
  spent: Nanos;
  estimated: Nanos;
  reserved: Nanos;
}

export interface Exceeded extends Spend {
  readonly period: PeriodName;
  readonly limit: Nanos;
  readonly reserved: Nanos;
}

/** What one scope spends in its current day, week and month. */
export class Account {
  readonly #counters: Readonly<Record<PeriodName, Counter>> = {
    day: { id: 0, spent: 0, estimated: 0, reserved: 0 },
    week: { id: 0, spent: 0, estimated: 0, reserved: 0 },
    month: { id: 0, spent: 0, estimated: 0, reserved: 0 },
  };

  id(period: PeriodName): number {
    return this.#counters[period].id;
  }

  /** Begins the periods that are newer than those it counts. A clock that is behind never brings an old one back. */
  enter(ids: PeriodIds): void {
    for (const period of periodNames) {
      const counter = this.#counters[period];
      if (ids[period] <= counter.id) continue;
      counter.id = ids[period];
      counter.spent = counter.estimated = counter.reserved = 0;
    }
  }

  /** The first limit that an amount would exceed. */
  exceeded(amount: Nanos, limits: PeriodLimits): Exceeded | undefined {
    for (const period of periodNames) {
      const limit = limits[period];
      if (limit === undefined) continue;
      const { spent, estimated, reserved } = this.#counters[period];
      if (spent + reserved + amount > limit) return { period, limit, spent, estimated, reserved };
    }
    return undefined;
  }

  /** Adds to the periods that are still those of the amount. */
  add(ids: PeriodIds, { spent = 0, estimated = 0, reserved = 0 }: Partial<Spend & { reserved: Nanos }>): void {
    for (const period of periodNames) {
      const counter = this.#counters[period];
      if (counter.id !== ids[period]) continue;
      counter.spent += spent;
      counter.estimated += estimated;
      counter.reserved += reserved;
    }
  }

  status(limits: PeriodLimits, periods: Periods): BudgetStatus {
    const of = (period: PeriodName) => {
      const counter = this.#counters[period];
      const { spent, estimated, reserved } = counter.id < periods[period].id ? nothing : counter;
      return { limit: limits[period], spent, estimated, reserved, resetsAt: periods[period].end };
    };
    return { day: of("day"), week: of("week"), month: of("month") };
  }
}

const nothing = { spent: 0, estimated: 0, reserved: 0 };
