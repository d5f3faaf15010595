import { checked, type Nanos } from "../amount.ts";
import type { PeriodName, Periods } from "./periods.ts";
import type { Asker, LimitedScope, Limits, PeriodLimits, Scope } from "./scopes.ts";

/** An attempt that is about to be made. */
export interface ReserveOrder extends Asker {
  /** The attempt's own, never used again. */
  readonly id: string;
  /** The most that it can cost. */
  readonly amount: Nanos;
  /** What earlier attempts of the same request cost or may still cost. */
  readonly inRequest?: Nanos;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** When it is certainly over: from then on its router is taken for dead. Whole milliseconds since 1970. */
  readonly expiresAt: number;
  readonly limits: Limits;
}

/** Which limit an attempt would have exceeded. */
export interface OverBudget {
  readonly ok: false;
  readonly reason: "over_budget";
  readonly scope: Scope | "request";
  readonly period: PeriodName | "request";
  readonly limit: Nanos;
  readonly spent: Nanos;
  readonly reserved: Nanos;
  /** When the limit holds for new spending only, milliseconds since 1970; undefined for a request's own limit. */
  readonly resetsAt: number | undefined;
}

/** Nobody knows what has been spent, so nothing more is. */
export interface StoreLost {
  readonly ok: false;
  readonly reason: "store_lost";
  /** Fit to be shown. */
  readonly why: string;
}

export type Reserved = { readonly ok: true } | OverBudget | StoreLost;

/** What needs no store: what costs nothing, and the request's own limit, which its router alone sees. */
export function decidedAlone({ amount, inRequest = 0, limits }: ReserveOrder): Reserved | undefined {
  const limit = limits.request;
  if (limit !== undefined && checked(amount) + inRequest > limit) {
    const spentAndReserved = { spent: 0, reserved: inRequest, resetsAt: undefined };
    return { ok: false, reason: "over_budget", scope: "request", period: "request", limit, ...spentAndReserved };
  }
  return checked(amount) === 0 ? { ok: true } : undefined;
}

/** How long an expired reservation may still be settled upwards; milliseconds. */
export const lateMs = 86_400_000;

/** What became of a settlement. */
export interface Settled {
  /**
   * `settled`: counted. `late`: the reservation had expired and was counted in full; what the attempt cost more is
   * counted too. `unknown`: nothing is reserved by this id, or it was settled before; nothing changed. `queued`: the
   * store can't be asked; it is told again until it answers.
   */
  readonly state: "settled" | "late" | "unknown" | "queued";
}

/** A reservation whose router did not settle it in time; counted as spent in full. */
export interface Expired extends Asker {
  readonly id: string;
  readonly amount: Nanos;
  readonly expiresAt: number;
}

export interface PeriodStatus {
  readonly limit: Nanos | undefined;
  readonly spent: Nanos;
  /** Of `spent`: not reported by a provider but counted by us, or taken from a reservation that expired. */
  readonly estimated: Nanos;
  readonly reserved: Nanos;
  readonly resetsAt: number;
}

export type BudgetStatus = Readonly<Record<PeriodName, PeriodStatus>>;

export interface Spend {
  readonly spent: Nanos;
  readonly estimated: Nanos;
}

export interface OpenReservation extends Asker {
  readonly id: string;
  readonly amount: Nanos;
  readonly madeAt: number;
  readonly expiresAt: number;
}

/** What ledger and journals know, for counters that were lost. */
export interface Rebuilt {
  /** What was spent in the periods that were asked for. */
  readonly spends: readonly { readonly scope: Scope; readonly periods: Readonly<Record<PeriodName, Spend>> }[];
  /** Attempts that have begun and of which nothing is known yet; those of living routers may be left out. */
  readonly open: readonly OpenReservation[];
  /** Ids of the attempts within `spends` that ended in the last ten minutes: no router counts them again. */
  readonly recent: readonly string[];
}

/**
 * Sums the ledger after it has taken in every attempt that ended before this was called: rows that wait for a batch or
 * in a journal are missing otherwise.
 */
export type Rebuild = (periods: Periods, signal: AbortSignal) => Promise<Rebuilt>;

/**
 * Counts what is spent and what is reserved, on the levels key, tenant and stack, each by day, week and month. A
 * reservation is checked against all limits and made in one step; it belongs to the periods in which it was made, also
 * when it is settled after their end. Nothing that was spent is ever given back.
 *
 * Results are values where nothing has to be waited for.
 */
export interface BudgetStore {
  reserve(order: ReserveOrder): Reserved | Promise<Reserved>;
  /**
   * Counts what the attempt cost, once, whatever was reserved for it; a repetition changes nothing.
   *
   * @param estimated the amount is ours, not the provider's
   */
  settle(id: string, amount: Nanos, estimated: boolean, now: number): Settled | Promise<Settled>;
  /**
   * Counts reservations that have expired, in full and as estimated. It returns them again until `swept` takes note of
   * them, so that none of them is missing in the ledger.
   */
  sweep(now: number): readonly Expired[] | Promise<readonly Expired[]>;
  /** These are in the ledger. */
  swept(ids: readonly string[]): void | Promise<void>;
  /** What several scopes have spent, in their order and in one step; undefined where the store can't be asked. */
  statuses(
    asked: readonly LimitedScope[],
    now: number,
  ): readonly BudgetStatus[] | undefined | Promise<readonly BudgetStatus[] | undefined>;
  /** Undefined where the store can't be asked. */
  status(scope: Scope, limits: PeriodLimits, now: number): BudgetStatus | undefined | Promise<BudgetStatus | undefined>;
  /** Why the counters can't be trusted now, fit to be shown; undefined where they can. */
  trouble(): string | undefined | Promise<string | undefined>;
  close(): Promise<void>;
}
