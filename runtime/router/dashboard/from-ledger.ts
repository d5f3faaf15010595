import type { LedgerSection, LiveRequest, RangeSection, TodaySection } from "../../dashboard/protocol.ts";
import type { Ledger, RequestEntry, SeriesCell } from "../ledger/index.ts";
import { type Calendar, toDollars } from "../money/index.ts";
import { hoursOf, lastDays, lastHours } from "./columns.ts";
import { cumulative, rangeOf } from "./figures.ts";

const hourMs = 3_600_000;
const fineMs = 300_000;
/** With more attempts within the hours that are looked at closely, their sums must do. */
const mostRows = 20_000;

export type RangeName = "range24h" | "range7d" | "range30d";

/** What the ledger says, for the page: sums of hours and days, so that it costs little however much there is. */
export class FromLedger {
  readonly #ledger: Ledger;
  readonly #calendar: Calendar;
  readonly #bounds = new Map<RangeName, readonly number[]>();

  constructor(ledger: Ledger, calendar: Calendar) {
    this.#ledger = ledger;
    this.#calendar = calendar;
  }

  async range(name: RangeName, now: number): Promise<RangeSection> {
    const bounds = this.#boundsOf(name, now);
    const { stack } = this.#ledger;
    const [models = [], tenants = []] = await this.#ledger.series([
      { bounds, by: "model", stack },
      { bounds, by: "tenant", stack },
    ]);
    return rangeOf(bounds, models, tenants);
  }

  /** By the hour, and in steps of five minutes where the last one or two have few attempts. */
  async today(now: number): Promise<TodaySection> {
    const { day } = this.#calendar.at(now);
    const hours = hoursOf(day);
    const sums = await this.#sums(hours);
    const recent = hours.filter((bound) => bound <= now).slice(-2);
    const [from = day.start] = recent;
    const isRecent = ({ column }: SeriesCell) => (hours[column] ?? 0) >= from;
    const attempts = sums.filter(isRecent).reduce((sum, cell) => sum + cell.attempts, 0);
    if (attempts === 0 || attempts > mostRows) return { state: "known", points: cumulative(hours, sums, now) };
    const end = Math.min(day.end, from + 2 * hourMs);
    const fine = Array.from({ length: Math.ceil((end - from) / fineMs) }, (_, index) => from + index * fineMs);
    const earlier = hours.filter((bound) => bound < from);
    const before = sums.filter((cell) => !isRecent(cell));
    const close = (await this.#sums([...fine, end])).map((cell) => ({ ...cell, column: cell.column + earlier.length }));
    return { state: "known", points: cumulative([...earlier, ...fine, end], [...before, ...close], now) };
  }

  /** What was asked before anybody looked, latest first. */
  async past(now: number, limit: number): Promise<LiveRequest[]> {
    const query = { from: new Date(now - 24 * hourMs), to: new Date(now + hourMs), limit, stack: this.#ledger.stack };
    const { requests } = await this.#ledger.requests(query);
    return requests.map((request, index) => pastRequest(request, -1 - index));
  }

  /** Found once for as long as they are the same: to know where days begin takes some milliseconds. */
  #boundsOf(name: RangeName, now: number): readonly number[] {
    const known = this.#bounds.get(name);
    if (known && now < (known.at(-1) ?? 0)) return known;
    const bounds = {
      range24h: () => lastHours(now),
      range7d: () => lastDays(this.#calendar, now, 7, 4),
      range30d: () => lastDays(this.#calendar, now, 30, 1),
    }[name]();
    this.#bounds.set(name, bounds);
    return bounds;
  }

  async #sums(bounds: readonly number[]): Promise<readonly SeriesCell[]> {
    const [cells = []] = await this.#ledger.series([{ bounds, stack: this.#ledger.stack }]);
    return cells;
  }
}

export function ledgerState(ledger: Ledger | undefined): LedgerSection {
  if (!ledger) return { state: "none" };
  const { database, writable, journal, openAttempts, counts } = ledger.health;
  return {
    state: "known",
    database: database.kind,
    writable,
    // The driver's words may hold an address.
    behind: database.problem !== undefined,
    ...(journal.problem === undefined ? {} : { journal: journal.problem }),
    openAttempts,
    journalBytes: journal.bytes,
    counts,
  };
}

const outcomes: Readonly<Record<string, string>> = { answered: "answered", client_gone: "client_gone" };

function pastRequest({ requestId, at, tenant, key, attempts, costNano }: RequestEntry, number: number): LiveRequest {
  const last = attempts.at(-1);
  const failed = attempts.filter(({ outcome }) => outcome !== "answered" && outcome !== "client_gone");
  const begun = attempts[0]?.at.getTime() ?? at.getTime();
  return {
    number,
    id: requestId,
    at: begun,
    route: "",
    tenant,
    key,
    ...(last ? { backend: last.backend, model: last.model } : {}),
    attempts: attempts.length,
    failures: failed.map(({ backend, model, outcome }) => ({ backend, model, reason: outcome })),
    outcome: outcomes[last?.outcome ?? ""] ?? "broken_off",
    cost: toDollars(Number(costNano)),
    ...(last ? { ms: Math.round(last.at.getTime() - begun + last.latencyMs) } : {}),
    ...(last?.firstTokenMs === undefined
      ? {}
      : { firstTokenMs: Math.round(last.at.getTime() - begun + last.firstTokenMs) }),
    past: true,
  };
}
