import { setTimeout as sleep } from "node:timers/promises";
import type { Ledger, Rebuilt as LedgerRebuilt, Spent } from "../ledger/index.ts";
import type {
  Calendar,
  MemoryBudgetStore,
  PeriodName,
  Periods,
  Rebuild,
  Rebuilt,
  Scope,
  Spend,
} from "../money/index.ts";

/** The ledger is asked again after this, for as long as it can't say what was spent; milliseconds. */
const againMs = 1_000;

/** Gives lost counters back what the ledger knows; without one they begin at nothing. */
export function rebuildFrom(ledger: Ledger | undefined): Rebuild {
  return async (periods) => (ledger ? inBudgetForm(await ledger.rebuild(beginnings(periods))) : nothing);
}

/** Resolves once the store knows what the ledger does. */
export async function loadFrom(
  ledger: Ledger,
  store: MemoryBudgetStore,
  calendar: Calendar,
  onProblem: (problem: string) => void,
): Promise<void> {
  for (let told = false; ; ) {
    try {
      const now = Date.now();
      store.load(inBudgetForm(await ledger.rebuild(beginnings(calendar.at(now)))), now);
      return;
    } catch {
      if (!told) onProblem("the ledger can't say yet what was spent; paid requests wait");
      told = true;
      await sleep(againMs, undefined, { ref: false });
    }
  }
}

const nothing: Rebuilt = { spends: [], open: [], recent: [] };

const beginnings = ({ day, week, month }: Periods) => ({
  day: new Date(day.start),
  week: new Date(week.start),
  month: new Date(month.start),
});

function inBudgetForm({ spent, open, recent }: LedgerRebuilt): Rebuilt {
  const spends = Array.from(Map.groupBy(spent, scopeOf), ([scope, sums]) => ({ scope, periods: byPeriod(sums) }));
  return {
    spends,
    recent,
    open: open.map(({ attemptId, at, tenant, keyId, reservedNano, expiresAt }) => ({
      id: attemptId,
      tenant,
      key: keyId,
      amount: Number(reservedNano),
      madeAt: at.getTime(),
      expiresAt,
    })),
  };
}

const scopeOf = ({ level, id }: Spent): Scope => (level === "stack" ? "stack" : `${level}:${id}`);

function byPeriod(sums: readonly Spent[]): Record<PeriodName, Spend> {
  const of = (period: PeriodName): Spend => {
    const sum = sums.find((each) => each.period === period);
    return { spent: Number(sum?.nano ?? 0n), estimated: Number(sum?.estimatedNano ?? 0n) };
  };
  return { day: of("day"), week: of("week"), month: of("month") };
}
