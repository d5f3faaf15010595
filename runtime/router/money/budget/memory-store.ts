import { checked, type Nanos } from "../amount.ts";
import { Account, idsOf, type PeriodIds } from "./account.ts";
import { Passing } from "./passing.ts";
import type { Calendar } from "./periods.ts";
import { type Asker, type LimitedScope, levels, type PeriodLimits, type Scope, scopeOf } from "./scopes.ts";
import {
  type BudgetStatus,
  type BudgetStore,
  decidedAlone,
  type Expired,
  lateMs,
  type Rebuilt,
  type Reserved,
  type ReserveOrder,
  type Settled,
} from "./store.ts";

interface Reservation extends Asker {
  readonly amount: Nanos;
  readonly expiresAt: number;
  readonly ids: PeriodIds;
}

interface Swept extends Reservation {
  readonly at: number;
  /** The ledger has it. */
  told: boolean;
  /** Its attempt said after all what it cost. */
  settled: boolean;
}

/** The budget of one router that has no Redis. Every step is one turn of the event loop, and so atomic. */
export class MemoryBudgetStore implements BudgetStore {
  readonly #calendar: Calendar;
  readonly #accounts = new Map<Scope, Account>();
  readonly #open = new Passing<Reservation>();
  readonly #swept = new Map<string, Swept>();
  readonly #stack = new Account();

  constructor(calendar: Calendar) {
    this.#calendar = calendar;
  }

  /** Counts what the ledger knows; before the first reservation. */
  load({ spends, open }: Omit<Rebuilt, "recent">, now: number): void {
    const ids = this.#enter(idsOf(this.#calendar.at(now)));
    for (const { scope, periods } of spends) {
      const account = this.#account(scope, ids);
      account.add({ ...nowhere, day: ids.day }, periods.day);
      account.add({ ...nowhere, week: ids.week }, periods.week);
      account.add({ ...nowhere, month: ids.month }, periods.month);
    }
    for (const { id, tenant, key, amount, madeAt, expiresAt } of open) {
      this.#hold(id, { tenant, key, amount, expiresAt, ids: idsOf(this.#calendar.at(madeAt)) });
    }
  }

  reserve(order: ReserveOrder): Reserved {
    const { id, tenant, key, amount, now, expiresAt } = order;
    const decided = decidedAlone(order);
    if (decided) return decided;
    const periods = this.#calendar.at(now);
    const ids = this.#enter(idsOf(periods));
    for (const level of levels) {
      const scope = scopeOf(level, order);
      const exceeded = this.#account(scope, ids).exceeded(amount, order.limits[level]);
      if (!exceeded) continue;
      const { period, limit, spent, reserved } = exceeded;
      const resetsAt = periods[period].end;
      return { ok: false, reason: "over_budget", scope, period, limit, spent, reserved, resetsAt };
    }
    this.#hold(id, { tenant, key, amount, expiresAt, ids });
    return { ok: true };
  }

  settle(id: string, amount: Nanos, estimated: boolean): Settled {
    checked(amount);
    const open = this.#open.get(id);
    if (open) {
      this.#open.delete(id);
      this.#add(open, { reserved: -open.amount, spent: amount, estimated: estimated ? amount : 0 });
      return { state: "settled" };
    }
    const swept = this.#swept.get(id);
    if (!swept || swept.settled) return { state: "unknown" };
    swept.settled = true;
    const more = Math.max(0, amount - swept.amount);
    this.#add(swept, { spent: more, estimated: estimated ? more : 0 });
    return { state: "late" };
  }

  sweep(now: number): Expired[] {
    this.#enter(idsOf(this.#calendar.at(now)));
    for (const [id, open] of this.#open) {
      if (open.expiresAt > now) continue;
      this.#open.delete(id);
      this.#add(open, { reserved: -open.amount, spent: open.amount, estimated: open.amount });
      this.#swept.set(id, { ...open, at: now, told: false, settled: false });
    }
    for (const [id, { at, told }] of this.#swept) if (told && at < now - lateMs) this.#swept.delete(id);
    return [...this.#swept]
      .filter(([, { told }]) => !told)
      .map(([id, { tenant, key, amount, expiresAt }]) => ({ id, tenant, key, amount, expiresAt }));
  }

  swept(ids: readonly string[]): void {
    for (const id of ids) {
      const swept = this.#swept.get(id);
      if (swept) swept.told = true;
    }
  }

  status(scope: Scope, limits: PeriodLimits, now: number): BudgetStatus {
    const account = scope === "stack" ? this.#stack : this.#accounts.get(scope);
    return (account ?? new Account()).status(limits, this.#calendar.at(now));
  }

  statuses(asked: readonly LimitedScope[], now: number): BudgetStatus[] {
    return asked.map(({ scope, limits }) => this.status(scope, limits, now));
  }

  trouble(): undefined {
    return undefined;
  }

  async close(): Promise<void> {}

  /**
   * The periods in force: those of the time that is given, or newer ones where a later time was given before. With a
   * new month the accounts are let go that count nothing any more.
   */
  #enter(given: PeriodIds): PeriodIds {
    const month = this.#stack.id("month");
    this.#stack.enter(given);
    const ids = { day: this.#stack.id("day"), week: this.#stack.id("week"), month: this.#stack.id("month") };
    if (ids.month === month) return ids;
    for (const [scope, account] of this.#accounts) {
      if (account.id("week") < ids.week && account.id("month") < ids.month) this.#accounts.delete(scope);
    }
    return ids;
  }

  #account(scope: Scope, ids: PeriodIds): Account {
    if (scope === "stack") return this.#stack;
    let account = this.#accounts.get(scope);
    if (!account) {
      account = new Account();
      this.#accounts.set(scope, account);
    }
    account.enter(ids);
    return account;
  }

  #hold(id: string, reservation: Reservation): void {
    this.#open.set(id, reservation);
    this.#add(reservation, { reserved: reservation.amount });
  }

  #add(reservation: Reservation, amounts: Parameters<Account["add"]>[1]): void {
    for (const level of levels)
      this.#account(scopeOf(level, reservation), reservation.ids).add(reservation.ids, amounts);
  }
}

/** No period has this id. */
const nowhere: PeriodIds = { day: -1, week: -1, month: -1 };
