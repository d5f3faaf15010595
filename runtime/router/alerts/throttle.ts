import type { ThrottleConfig } from "../../config/index.ts";
import {
  type Asker,
  type BudgetStatus,
  levels,
  type PeriodName,
  periodNames,
  type Scope,
  scopeOf,
} from "../money/index.ts";

/** What `auto` means while a budget nears its end. `cheaper`: the next cheaper model first. `local`: our own only. */
export type ThrottleLevel = "cheaper" | "local";

export interface Throttle {
  readonly level: ThrottleLevel;
  /** For `x-router-reason`: ASCII, without the name of a tenant or key. */
  readonly why: string;
}

/** How much of a budget is spent, in per cent; 0 where there is none, and where nothing at all may be spent. */
export const percentOf = (spent: number, limit: number | undefined): number => (limit ? (100 * spent) / limit : 0);

/** What a scope's budgets ask for: the one of its periods that is nearest to its end decides. */
export function throttleOf(scope: Scope, status: BudgetStatus, config: ThrottleConfig): Throttle | undefined {
  let [nearest, percent]: [PeriodName, number] = ["day", 0];
  for (const period of periodNames) {
    const { spent, limit } = status[period];
    if (percentOf(spent, limit) > percent) [nearest, percent] = [period, percentOf(spent, limit)];
  }
  const level = levelAt(percent, config);
  const whose = scope === "stack" ? "the" : `the ${scope.slice(0, scope.indexOf(":"))}'s`;
  return level && { level, why: `${Math.floor(percent)} % of ${whose} budget for this ${nearest} are spent` };
}

function levelAt(percent: number, { cheaperFromPercent, localFromPercent }: ThrottleConfig): ThrottleLevel | undefined {
  if (localFromPercent !== undefined && percent >= localFromPercent) return "local";
  return cheaperFromPercent !== undefined && percent >= cheaperFromPercent ? "cheaper" : undefined;
}

/** Who is throttled now. Made anew in the background; a request only looks itself up. */
export class ThrottleTable {
  readonly #throttles: ReadonlyMap<Scope, Throttle>;
  readonly #any: boolean;

  constructor(throttles: ReadonlyMap<Scope, Throttle> = new Map()) {
    this.#throttles = throttles;
    this.#any = throttles.size > 0;
  }

  /** The sternest of the key's, its tenant's and the stack's. */
  of(asker: Asker): Throttle | undefined {
    if (!this.#any) return undefined;
    let sternest: Throttle | undefined;
    for (const level of levels) {
      const throttle = this.#throttles.get(scopeOf(level, asker));
      if (throttle?.level === "local") return throttle;
      sternest ??= throttle;
    }
    return sternest;
  }
}
