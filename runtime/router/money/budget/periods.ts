export const periodNames = ["day", "week", "month"] as const;
export type PeriodName = (typeof periodNames)[number];

/** A day, week or month of the budget's time zone. Milliseconds since 1970. */
export interface Period {
  /** The number of its first day, counted from 1970-01-01: later periods of the same length have greater ones. */
  readonly id: number;
  readonly start: number;
  /** The start of the next one: when its budget resets. */
  readonly end: number;
}

export type Periods = Readonly<Record<PeriodName, Period>>;

const dayMs = 86_400_000;
/** No local date is further from that of UTC than this, in all the history of time zones. */
const furthestMs = 16 * 3_600_000;

/**
 * Which day, week (ISO, from Monday) and month it is in a time zone. A local day begins at the first instant that bears
 * its date or a later one: midnight, or where clocks are moved then, the instant after the move. So periods leave no gap
 * and never overlap, whatever the zone does to its clocks.
 */
export class Calendar {
  readonly #format: Intl.DateTimeFormat;
  #today: Periods | undefined;

  /** @param timeZone IANA name */
  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat("en-US-u-ca-gregory", {
      timeZone,
      year: "numeric",
      month: "numeric",
      day: "numeric",
    });
  }

  /** @param now milliseconds since 1970 */
  at(now: number): Periods {
    const today = this.#today;
    if (today && now >= today.day.start && now < today.day.end) return today;
    this.#today = this.#periodsAt(now);
    return this.#today;
  }

  #periodsAt(now: number): Periods {
    let day = this.#dateAt(now);
    // Where clocks went back over midnight, a date is borne twice.
    while (this.#startOf(day) > now) day--;
    while (this.#startOf(day + 1) <= now) day++;
    const monday = day - ((((day + 3) % 7) + 7) % 7);
    const date = new Date(day * dayMs);
    const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) / dayMs;
    const next = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) / dayMs;
    const period = (id: number, end: number) => ({ id, start: this.#startOf(id), end: this.#startOf(end) });
    return { day: period(day, day + 1), week: period(monday, monday + 7), month: period(first, next) };
  }

  /** By bisection: the instant at which the local date becomes `day` or later. */
  #startOf(day: number): number {
    let before = day * dayMs - furthestMs;
    let after = day * dayMs + furthestMs;
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (this.#dateAt(middle) >= day) after = middle;
      else before = middle;
    }
    return after;
  }

  /** The local date's number, counted from 1970-01-01. */
  #dateAt(now: number): number {
    let [year, month, day] = [0, 0, 0];
    for (const { type, value } of this.#format.formatToParts(now)) {
      if (type === "year") year = Number(value);
      else if (type === "month") month = Number(value);
      else if (type === "day") day = Number(value);
    }
    return Date.UTC(year, month - 1, day) / dayMs;
  }
}
