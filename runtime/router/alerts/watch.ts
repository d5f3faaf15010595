import type { AlertConfig, BudgetConfig } from "../../config/index.ts";
import {
  type Asker,
  type BudgetStatus,
  type BudgetStore,
  type Calendar,
  type LimitedScope,
  type PeriodName,
  type Periods,
  periodNames,
  type Scope,
} from "../money/index.ts";
import { type Alert, idOf } from "./alert.ts";
import type { Alerts } from "./alerts.ts";
import type { Claim } from "./claims/index.ts";
import { evidence, type Forecast, forecastOf, SpendRate } from "./forecast.ts";
import { percentOf, type Throttle, ThrottleTable, throttleOf } from "./throttle.ts";

/** Budgets are looked at this often; milliseconds. */
const lookMs = 1_000;
/** Where there are very many they are looked at less often: no more than 500 of them a second. */
const msPerBudget = 2;

export interface WatchOptions {
  readonly store: Pick<BudgetStore, "statuses">;
  readonly calendar: Calendar;
  /** What is in force now. */
  readonly rules: () => Pick<BudgetConfig, "throttle" | "alerts">;
  readonly limited: () => readonly LimitedScope[];
  /** Whether it is known what was spent before. */
  readonly ready: () => boolean;
  readonly alerts?: Alerts | undefined;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** A budget as it was when it was last looked at. */
export interface Watched {
  readonly scope: Scope;
  readonly status: BudgetStatus;
  readonly throttle: Throttle | undefined;
  /** Of the periods that have a limit. */
  readonly forecasts: Readonly<Partial<Record<PeriodName, Forecast>>>;
}

export interface ToldAlert extends Claim {
  readonly about: Alert["about"];
}

/**
 * Looks at the budgets once a second, off the way of any request: what `auto` means while they near their end, when they
 * will be exhausted, and what is to be told of that.
 */
export class BudgetWatch {
  readonly #options: WatchOptions;
  readonly #now: () => number;
  readonly #rates = new Map<string, SpendRate>();
  #throttles = new ThrottleTable();
  #watched: ReadonlyMap<Scope, Watched> = new Map();
  #looking: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #restsUntil = 0;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  start(): void {
    this.#timer = setInterval(() => {
      if (performance.now() >= this.#restsUntil) void this.look();
    }, lookMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** What `auto` means to somebody now; undefined where it means what it always does. */
  throttleOf(asker: Asker): Throttle | undefined {
    return this.#throttles.of(asker);
  }

  /** Budgets that have a limit. */
  get watched(): Iterable<Watched> {
    return this.#watched.values();
  }

  of(scope: Scope): Watched | undefined {
    return this.#watched.get(scope);
  }

  /** What was told of a budget in its present period, by whichever router. */
  told(scope: Scope, period: PeriodName): ToldAlert[] {
    const { alerts, calendar, rules } = this.#options;
    if (!alerts) return [];
    const periodId = calendar.at(this.#now())[period].id;
    return aboutsOf(rules().alerts).flatMap((about) => {
      const claim = alerts.of(idOf({ scope, period, periodId, about }));
      return claim ? [{ about, ...claim }] : [];
    });
  }

  /** Never fails: what can't be known or told now is with the next look. */
  look(): Promise<void> {
    this.#looking ??= this.#look()
      .catch(() => {})
      .finally(() => {
        this.#looking = undefined;
      });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { store, calendar, rules, limited, ready, alerts } = this.#options;
    if (!ready()) return;
    const scopes = limited();
    this.#restsUntil = performance.now() + scopes.length * msPerBudget;
    const now = this.#now();
    const statuses = scopes.length === 0 ? [] : await store.statuses(scopes, now);
    // While nobody knows what was spent, what was known last holds.
    if (!statuses) return;
    const periods = calendar.at(now);
    const { throttle, alerts: config } = rules();
    const watched = scopes.flatMap(({ scope }, index): Watched[] => {
      const status = statuses[index];
      if (!status) return [];
      const forecasts = this.#forecasts(scope, status, periods, now);
      return [{ scope, status, throttle: throttleOf(scope, status, throttle), forecasts }];
    });
    this.#watched = new Map(watched.map((each) => [each.scope, each]));
    this.#throttles = new ThrottleTable(
      new Map(watched.flatMap((each) => (each.throttle ? [[each.scope, each.throttle]] : []))),
    );
    this.#forgetRates(watched);
    await alerts?.tell(
      watched.flatMap((each) => due(each, periods, config, now)),
      now,
    );
  }

  #forecasts(scope: Scope, status: BudgetStatus, periods: Periods, now: number): Watched["forecasts"] {
    const forecasts: Partial<Record<PeriodName, Forecast>> = {};
    for (const period of periodNames) {
      const { limit, spent, resetsAt } = status[period];
      if (limit === undefined) continue;
      const name = `${period}:${scope}`;
      const rate = this.#rates.get(name) ?? new SpendRate(period);
      this.#rates.set(name, rate);
      rate.note(now, spent, periods[period].start);
      const perMs = rate.perMs(now, spent);
      if (perMs !== undefined) forecasts[period] = forecastOf({ now, spent, limit, resetsAt }, perMs);
    }
    return forecasts;
  }

  #forgetRates(watched: readonly Watched[]): void {
    const names = new Set(watched.flatMap(({ scope }) => periodNames.map((period) => `${period}:${scope}`)));
    for (const name of this.#rates.keys()) if (!names.has(name)) this.#rates.delete(name);
  }
}

const aboutsOf = ({ thresholds, forecast }: AlertConfig): Alert["about"][] => [
  ...new Set(thresholds),
  ...(forecast ? (["forecast"] as const) : []),
];

/** What is to be told of a budget, whether or not it was told before. */
export function due(
  { scope, status, throttle, forecasts }: Watched,
  periods: Periods,
  config: Pick<AlertConfig, "thresholds" | "forecast">,
  now: number,
): Alert[] {
  return periodNames.flatMap((period): Alert[] => {
    const { limit, spent } = status[period];
    if (!limit) return [];
    const percent = percentOf(spent, limit);
    const { id: periodId, start, end } = periods[period];
    const forecast = forecasts[period];
    const last = Math.max(0, ...config.thresholds);
    const told = { scope, period, periodId, status: status[period], forecast, throttle: throttle?.level, now };
    const crossed = [...new Set(config.thresholds)].filter((threshold) => percent >= threshold).sort((a, b) => a - b);
    const foreseen =
      config.forecast &&
      forecast?.exhaustedAt !== undefined &&
      now - start >= evidence * (end - start) &&
      !(last > 0 && percent >= last);
    return [
      ...crossed.map((about) => ({ ...told, about })),
      ...(foreseen ? [{ ...told, about: "forecast" as const }] : []),
    ];
  });
}
