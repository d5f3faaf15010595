import type { BudgetConfig, PeriodBudgets } from "../../../config/index.ts";
import { fromDollars, type Nanos } from "../amount.ts";
import type { PeriodName } from "./periods.ts";

/** Whose spending is counted: everybody's, a tenant's, an API key's. */
export type Scope = "stack" | `tenant:${string}` | `key:${string}`;

/** What may be spent in each period; no limit where one is absent. */
export type PeriodLimits = Readonly<Partial<Record<PeriodName, Nanos>>>;

/** What the budget says of one request, from the narrowest level to the widest. */
export interface Limits {
  readonly request?: Nanos;
  readonly key: PeriodLimits;
  readonly tenant: PeriodLimits;
  readonly stack: PeriodLimits;
}

export interface Asker {
  readonly tenant: string;
  /** The id of the API key. */
  readonly key: string;
}

/** The scopes that a request counts in, from the narrowest to the widest, with the level of each. */
export const levels = ["key", "tenant", "stack"] as const;
export type Level = (typeof levels)[number];

export function scopeOf(level: Level, { tenant, key }: Asker): Scope {
  if (level === "stack") return "stack";
  return level === "tenant" ? `tenant:${tenant}` : `key:${key}`;
}

/** Budgets that were set while the router runs, by the id of a key and the name of a tenant. */
export interface OwnBudgets {
  readonly keys: ReadonlyMap<string, PeriodLimits>;
  readonly tenants: ReadonlyMap<string, PeriodLimits>;
}

const noOwn: OwnBudgets = { keys: new Map(), tenants: new Map() };

/** A scope with what may be spent in it. */
export interface LimitedScope {
  readonly scope: Scope;
  readonly limits: PeriodLimits;
}

/** Limits of requests, by who asks; put in force anew with each configuration. */
export class LimitTable {
  readonly #request: { request?: Nanos };
  readonly #stack: PeriodLimits;
  readonly #tenants: ReadonlyMap<string, PeriodLimits>;
  readonly #keys: ReadonlyMap<string, PeriodLimits>;
  readonly #own: OwnBudgets;

  /** @param own budgets of those to whom the configuration gives none; read whenever somebody asks */
  constructor(config: Pick<BudgetConfig, "request" | "stack" | "tenants" | "keys">, own: OwnBudgets = noOwn) {
    this.#own = own;
    this.#request = config.request === undefined ? {} : { request: fromDollars(config.request) };
    this.#stack = inNanos(config.stack);
    this.#tenants = tableOf(config.tenants);
    this.#keys = tableOf(config.keys);
  }

  of({ tenant, key }: Asker): Limits {
    return {
      ...this.#request,
      key: this.#keys.get(key) ?? this.#own.keys.get(key) ?? none,
      tenant: this.#tenants.get(tenant) ?? this.#own.tenants.get(tenant) ?? none,
      stack: this.#stack,
    };
  }

  ofScope(scope: Scope): PeriodLimits {
    if (scope === "stack") return this.#stack;
    const name = scope.slice(scope.indexOf(":") + 1);
    const [configured, own] = scope.startsWith("tenant:")
      ? [this.#tenants, this.#own.tenants]
      : [this.#keys, this.#own.keys];
    return configured.get(name) ?? own.get(name) ?? none;
  }

  /** Every scope that has a limit, with its limits. */
  limited(): readonly LimitedScope[] {
    return this.scopes()
      .map((scope) => ({ scope, limits: this.ofScope(scope) }))
      .filter(({ limits }) => Object.keys(limits).length > 0);
  }

  /** Every scope that has an entry, with the stack. */
  scopes(): Scope[] {
    const names = (one: ReadonlyMap<string, unknown>, other: ReadonlyMap<string, unknown>) => [
      ...new Set([...one.keys(), ...other.keys()]),
    ];
    const tenants = names(this.#tenants, this.#own.tenants).map((name): Scope => `tenant:${name}`);
    return ["stack", ...tenants, ...names(this.#keys, this.#own.keys).map((id): Scope => `key:${id}`)];
  }
}

const none: PeriodLimits = {};

/** Whether anything limits what this request may cost: then its model needs a price. */
export const isBudgeted = ({ request, key, tenant, stack }: Limits): boolean =>
  request !== undefined || [key, tenant, stack].some((limits) => Object.values(limits).some((limit) => limit >= 0));

function tableOf(budgets: Readonly<Record<string, PeriodBudgets>>): ReadonlyMap<string, PeriodLimits> {
  return new Map(Object.entries(budgets).map(([name, budget]) => [name, inNanos(budget)]));
}

export function inNanos({ day, week, month }: PeriodBudgets): PeriodLimits {
  return {
    ...(day === undefined ? {} : { day: fromDollars(day) }),
    ...(week === undefined ? {} : { week: fromDollars(week) }),
    ...(month === undefined ? {} : { month: fromDollars(month) }),
  };
}
