/**
 * What `GET /dashboard/events` sends, as the router writes it and the page reads it: each section whole whenever it
 * changes, and requests as they begin, go on and end. Money is in US dollars, fit to show; times are milliseconds since
 * 1970 by the router's clock. No prompt and no answer is ever part of it.
 */
export interface Sections {
  readonly router: RouterSection;
  readonly spend: SpendSection;
  readonly today: TodaySection;
  readonly range24h: RangeSection;
  readonly range7d: RangeSection;
  readonly range30d: RangeSection;
  readonly backends: readonly BackendState[];
  readonly budgets: BudgetsSection;
  readonly ledger: LedgerSection;
  readonly refusals: RefusalsSection;
  readonly sharing: SharingSection;
}

export type SectionName = keyof Sections;

export const sectionNames = [
  "router",
  "spend",
  "today",
  "range24h",
  "range7d",
  "range30d",
  "backends",
  "budgets",
  "ledger",
  "refusals",
  "sharing",
] as const satisfies readonly SectionName[];

export interface RouterSection {
  readonly name: string;
  readonly region?: string;
  readonly version: string;
  /** Hash of the effective configuration. */
  readonly config: string;
  readonly airgap: boolean;
  readonly startedAt: number;
  /** Where days begin. */
  readonly timezone: string;
  /** Backends that are scripted stand-ins. */
  readonly rehearsal: readonly string[];
  /** What `auto` saves is measured against this: `<backend>/<model>`. */
  readonly primary?: string;
}

export interface Period {
  readonly start: number;
  readonly end: number;
  readonly limit?: number;
  readonly spent: number;
  /** Of spent: what no provider has confirmed. */
  readonly estimated: number;
  /** What attempts under way may cost at most. */
  readonly reserved: number;
  readonly forecast: Forecast;
}

export interface Forecast {
  /** Dollars an hour of late. */
  readonly perHour: number;
  readonly atEnd: number;
  /** When the limit is reached at this rate, if that is within the period. */
  readonly exhaustedAt?: number;
}

/** What the budgets' store counts: exact, and as fresh as the last attempt. */
export type SpendSection =
  | { readonly known: false; readonly why: string }
  | { readonly known: true; readonly day: Period; readonly week: Period; readonly month: Period };

/** Why the ledger can't say anything. */
export interface Silent {
  readonly state: "none" | "unavailable";
}

/** What was spent today by the ledger: `[time, dollars since the day began]`, ascending. */
export type TodaySection =
  | Silent
  | { readonly state: "known"; readonly points: readonly (readonly [number, number])[] };

export type RangeSection = Silent | RangeFigures;

export interface RangeFigures {
  readonly state: "known";
  /** One more than there are columns. */
  readonly bounds: readonly number[];
  readonly model: readonly Group[];
  readonly tenant: readonly Group[];
  readonly total: Totals;
}

export interface Totals {
  readonly cost: number;
  readonly requests: number;
  readonly attempts: number;
  readonly failed: number;
  readonly arbitrageSaved: number;
  readonly cacheSaved: number;
}

/** The largest groups by themselves, the largest first, and all others as one at the end. */
export interface Group extends Totals {
  /** Absent: all others together. */
  readonly name?: string;
  /** One for each column. */
  readonly costs: readonly number[];
}

export type CircuitState = "closed" | "open" | "half_open";

export interface ModelState {
  readonly model: string;
  readonly breaker: CircuitState;
  /** When an open circuit is tried again. */
  readonly retryAt?: number;
  readonly averageMs?: number;
  readonly slow?: boolean;
}

export interface BackendState {
  readonly name: string;
  readonly status: "healthy" | "degraded" | "down" | "disabled";
  readonly why?: string;
  readonly latencyMs?: number;
  readonly rehearsal?: boolean;
  readonly models: readonly ModelState[];
}

export interface BudgetLine {
  /** `stack`, `tenant:<name>` or `key:<id>`. */
  readonly scope: string;
  readonly period: "day" | "week" | "month";
  readonly limit: number;
  readonly spent: number;
  readonly reserved: number;
  readonly resets: number;
}

export interface BudgetsSection {
  /** Of tenants and keys, those nearest to their limits first. */
  readonly lines: readonly BudgetLine[];
  /** How many have a budget. */
  readonly scopes: number;
}

export type LedgerSection =
  | { readonly state: "none" }
  | {
      readonly state: "known";
      readonly database: "postgresql" | "embedded";
      readonly writable: boolean;
      /** Rows wait for the database. */
      readonly behind: boolean;
      /** Why the journal takes no records. */
      readonly journal?: string;
      readonly openAttempts: number;
      readonly journalBytes: number;
      readonly counts: Readonly<
        Record<"shipped" | "lost" | "corrupt" | "rejected" | "recovered" | "abandoned" | "torn", number>
      >;
    };

export interface Refusal {
  readonly at: number;
  readonly tenant: string;
  readonly key: string;
  readonly asked: string;
}

/** What sovereign mode has refused since the router began. */
export interface RefusalsSection {
  readonly total: number;
  /** Latest first. */
  readonly last: readonly Refusal[];
}

/** Which router tells of a request. */
export interface RouterName {
  readonly name: string;
  readonly region?: string;
  /** Tells routers apart that have the same name: `host/process`. */
  readonly process: string;
}

/** Whether the other routers of the stack are heard, which tell of their requests through Redis. */
export type SharingSection =
  /** There is no Redis: each tells of its own. */
  { readonly state: "none" } | { readonly state: "shared"; readonly others: number } | { readonly state: "lost" };

export interface Hop {
  readonly backend: string;
  readonly model?: string;
  readonly reason: string;
}

/** One request, as far as it has come. */
export interface LiveRequest {
  /** Of the process that shows it; grows. */
  readonly number: number;
  /** Absent where each router tells of its own alone. */
  readonly router?: RouterName;
  readonly id: string;
  readonly at: number;
  readonly route: string;
  readonly tenant?: string;
  readonly key?: string;
  /** The model that was asked for. */
  readonly asked?: string;
  readonly backend?: string;
  readonly model?: string;
  readonly attempts: number;
  readonly failures: readonly Hop[];
  readonly reason?: string;
  readonly streams?: boolean;
  /** Absent while it runs. */
  readonly status?: number;
  /** `unheard`: of another router's, which has said nothing of it for long. */
  readonly outcome?: string;
  /** The error's code. */
  readonly error?: string;
  readonly ms?: number;
  readonly firstTokenMs?: number;
  readonly cost?: number;
  /** Read from the ledger: it was not watched. */
  readonly past?: boolean;
}

/** Why the stream ends for good. */
export type Farewell = "signed_out" | "key_revoked" | "expired" | "disabled";

/** Further events: `requests` (LiveRequest[]), `farewell` (Farewell). */
export interface OtherEvents {
  readonly requests: readonly LiveRequest[];
  readonly farewell: Farewell;
}
