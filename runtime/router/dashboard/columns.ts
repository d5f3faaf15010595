import type { Calendar, Period } from "../money/index.ts";

const hourMs = 3_600_000;

/** The 24 hours that end with the one that has begun. */
export function lastHours(now: number): number[] {
  const end = (Math.floor(now / hourMs) + 1) * hourMs;
  return Array.from({ length: 25 }, (_, index) => end - (24 - index) * hourMs);
}

/** The hours of a day, which may have one less or more than 24, and need not begin with one. */
export function hoursOf({ start, end }: Period): number[] {
  const bounds = [start];
  for (let at = start + hourMs; at < end; at += hourMs) bounds.push(at);
  return [...bounds, end];
}

/** The last days, today among them, each in so many parts. Parts begin at whole hours after the day does. */
export function lastDays(calendar: Calendar, now: number, days: number, partsOfDay: number): number[] {
  const bounds: number[] = [];
  let { day } = calendar.at(now);
  const { end } = day;
  for (let left = days; left > 0; left--) {
    for (let part = partsOfDay - 1; part >= 0; part--) bounds.unshift(day.start + (part * 24 * hourMs) / partsOfDay);
    if (left > 1) ({ day } = calendar.at(day.start - 1));
  }
  return [...bounds, end];
}
