import type { Forecast } from "../../dashboard/protocol.ts";

const hourMs = 3_600_000;

/** Where a period's spending stands; dollars, milliseconds since 1970. */
export interface Standing {
  readonly start: number;
  readonly end: number;
  readonly now: number;
  readonly spent: number;
  readonly limit?: number | undefined;
  /** What was spent of late, and in how long (ms); by default everything since the period began. */
  readonly recent?: { readonly spent: number; readonly ms: number } | undefined;
}

/**
 * Where the period ends at the rate of late. A period that has only begun says little: its rate is taken over at least
 * a twentieth of it, so that the first request of a day doesn't foretell a catastrophe.
 */
export function forecast({ start, end, now, spent, limit, recent }: Standing): Forecast {
  const elapsed = Math.max(0, Math.min(now, end) - start);
  const least = (end - start) / 20;
  const { spent: counted, ms } = recent ?? { spent, ms: elapsed };
  const perMs = Math.max(0, counted) / Math.max(ms, least);
  const left = Math.max(0, end - now);
  const forecasted = { perHour: perMs * hourMs, atEnd: spent + perMs * left };
  if (limit === undefined || perMs === 0 || spent >= limit) return forecasted;
  const exhaustedAt = now + (limit - spent) / perMs;
  return exhaustedAt < end ? { ...forecasted, exhaustedAt: Math.round(exhaustedAt) } : forecasted;
}
