import type { Nanos, PeriodName } from "../money/index.ts";

const hourMs = 3_600_000;

/**
 * How much of the past says how spending goes on. Of a week or month it is a whole day: from an hour of its noon it would
 * be exhausted each time.
 */
const windowMs: Readonly<Record<PeriodName, number>> = { day: hourMs, week: 24 * hourMs, month: 24 * hourMs };
const samplesOfWindow = 60;

interface Sample {
  readonly at: number;
  readonly spent: Nanos;
}

/** How fast one budget is spent in its current period. */
export class SpendRate {
  readonly #windowMs: number;
  #startedAt = Number.NaN;
  #samples: Sample[] = [];

  constructor(period: PeriodName) {
    this.#windowMs = windowMs[period];
  }

  /** @param startedAt of the period; milliseconds since 1970, as `now` */
  note(now: number, spent: Nanos, startedAt: number): void {
    const last = this.#samples.at(-1);
    if (startedAt !== this.#startedAt || (last && now < last.at)) this.#samples = [];
    this.#startedAt = startedAt;
    if (this.#samples.length === 0 || now - (this.#samples.at(-1)?.at ?? 0) >= this.#windowMs / samplesOfWindow) {
      this.#samples.push({ at: now, spent });
    }
    // The newest that is older than the window is where it begins.
    while ((this.#samples[1]?.at ?? Number.POSITIVE_INFINITY) <= now - this.#windowMs) this.#samples.shift();
  }

  /**
   * Of the window, or where it is not known that far, since the period's start.
   *
   * @returns nano-dollars a millisecond; undefined at the very start of a period
   */
  perMs(now: number, spent: Nanos): number | undefined {
    const [first] = this.#samples;
    const known = first && first.at <= now - this.#windowMs;
    const from = known ? first : { at: this.#startedAt, spent: 0 };
    return now > from.at ? Math.max(0, spent - from.spent) / (now - from.at) : undefined;
  }
}

export interface Forecast {
  /** Nano-dollars. */
  readonly perHour: Nanos;
  /** When the budget is used up at this rate, milliseconds since 1970; undefined where it begins anew before. */
  readonly exhaustedAt: number | undefined;
}

export interface Spending {
  readonly now: number;
  readonly spent: Nanos;
  readonly limit: Nanos;
  readonly resetsAt: number;
}

/** What becomes of a budget if spending goes on at a rate in nano-dollars a millisecond. */
export function forecastOf({ now, spent, limit, resetsAt }: Spending, perMs: number): Forecast {
  // Not before the next millisecond: beside the time of day a smaller fraction is nothing.
  const leftMs = Math.max(1, Math.ceil((limit - spent) / perMs));
  const exhaustedAt = spent < limit && perMs > 0 ? now + leftMs : undefined;
  const perHour = Math.round(perMs * hourMs);
  return { perHour, exhaustedAt: exhaustedAt !== undefined && exhaustedAt < resetsAt ? exhaustedAt : undefined };
}

/** So much of a period must be over before its forecast is told by itself: at its start anything looks like a trend. */
export const evidence = 1 / 24;

/**
 * A time as people say it, with its zone as it is then: an hour that comes twice is told apart.
 *
 * @example shownTime(at, now, "Europe/Berlin") // "16:40 CET", or on another day "Thu 3 Dec, 16:40 CET"
 */
export function shownTime(at: number, now: number, timeZone: string): string {
  const day = new Intl.DateTimeFormat("en-GB", { timeZone, weekday: "short", day: "numeric", month: "short" });
  const time = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  });
  const shown = time.format(at);
  return day.format(at) === day.format(now) ? shown : `${day.format(at).replace(",", "")}, ${shown}`;
}
