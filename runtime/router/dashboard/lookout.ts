import type { SectionName, Sections, TodaySection } from "../../dashboard/protocol.ts";
import type { HybridRouter } from "../hybrid-router.ts";
import { Calendar } from "../money/index.ts";
import { type Board, shownRequests } from "./board.ts";
import { FromLedger, ledgerState, type RangeName } from "./from-ledger.ts";
import { backendStates, budgetsSection, type RecentSpend, routerSection, spendSection } from "./from-router.ts";
import type { LiveRequests } from "./live-requests.ts";
import type { Refusals } from "./refusals.ts";
import { Rounds } from "./rounds.ts";
import type { Sharing } from "./sharing/index.ts";

export interface LookoutParts {
  readonly router: HybridRouter;
  readonly board: Board;
  readonly live: LiveRequests;
  readonly refusals: Refusals;
  /** Absent where there is no Redis. */
  readonly sharing: Sharing | undefined;
  readonly draining: () => boolean;
  /** Something on the board may be new. */
  readonly changed: () => void;
}

/** How often what is looked at; milliseconds. */
const every = { requests: 250, spend: 1_000, health: 10_000, budgets: 5_000, recent: 2_000, long: 30_000 } as const;
/** What is spent of late, for the forecast. */
const recentMs = 3 * 3_600_000;

/** Gathers what the dashboard shows, once for all who look, and only while somebody does. */
export class Lookout {
  readonly #parts: LookoutParts;
  readonly #calendar: Calendar;
  readonly #ledger: FromLedger | undefined;
  readonly #startedAt = Date.now();
  #rounds: Rounds | undefined;
  #today: TodaySection | undefined;
  /** By what the ledger was asked last: when neither has changed its answer has not. */
  #asked = { rows: -1, at: Number.NEGATIVE_INFINITY };
  #circuits = "";

  constructor(parts: LookoutParts) {
    this.#parts = parts;
    const { config, spending } = parts.router;
    this.#calendar = new Calendar(config.budgets.timezone);
    this.#ledger = spending.ledger && new FromLedger(spending.ledger, this.#calendar);
  }

  start(): void {
    const { live, sharing } = this.#parts;
    this.stop();
    live.watchedHere = true;
    sharing?.start();
    const rounds = new Rounds();
    this.#rounds = rounds;
    this.#asked = { rows: -1, at: Number.NEGATIVE_INFINITY };
    void this.#past();
    rounds.every(every.requests, () => {
      live.look();
      this.#parts.changed();
    });
    rounds.every(every.spend, () => this.#spend());
    rounds.every(every.spend, () => this.#circuitsChanged());
    rounds.every(every.health, () => this.#health());
    rounds.every(every.budgets, async () => this.#set("budgets", await budgetsSection(this.#parts.router, Date.now())));
    rounds.every(every.recent, () => this.#recent());
    rounds.every(every.long, () => this.#ranges(["range7d", "range30d"]));
  }

  stop(): void {
    this.#rounds?.stop();
    this.#rounds = undefined;
    const { live, sharing } = this.#parts;
    sharing?.stop();
    live.watchedHere = false;
    live.forget();
  }

  #set<Name extends SectionName>(name: Name, value: Sections[Name]): void {
    if (this.#parts.board.set(name, value)) this.#parts.changed();
  }

  async #spend(): Promise<void> {
    const { router, refusals, sharing } = this.#parts;
    this.#set("refusals", refusals.told);
    this.#set("sharing", sharing?.section() ?? { state: "none" });
    this.#set("ledger", ledgerState(router.spending.ledger));
    const now = Date.now();
    this.#set("spend", await spendSection(router, this.#calendar, now, this.#recentSpend(now)));
  }

  #recentSpend(now: number): RecentSpend {
    if (this.#today?.state !== "known") return undefined;
    const { points } = this.#today;
    const before = points.findLast(([at]) => at <= now - recentMs);
    const last = points.at(-1);
    return before && last && { spent: last[1] - before[1], ms: now - before[0] };
  }

  async #health(): Promise<void> {
    const { router, draining } = this.#parts;
    const report = await router.healthCheck(draining());
    this.#circuits = this.#circuitsNow();
    this.#set("backends", backendStates(report, Date.now()));
    this.#set("router", routerSection(router, report, this.#startedAt));
  }

  async #circuitsChanged(): Promise<void> {
    if (this.#circuitsNow() !== this.#circuits) await this.#health();
  }

  #circuitsNow(): string {
    const states = Array.from(this.#parts.router.observed().breakers?.() ?? []);
    return states.map(({ backend, model, state }) => `${backend}/${model} ${state}`).join("\n");
  }

  async #recent(): Promise<void> {
    const rows = this.#parts.router.spending.ledger?.health.counts.shipped ?? 0;
    // Other routers write into the same ledger: it is asked now and then though this one wrote nothing.
    if (rows === this.#asked.rows && performance.now() - this.#asked.at < every.health) return;
    this.#asked = { rows, at: performance.now() };
    await this.#ranges(["range24h"]);
    this.#today = await this.#told((ledger) => ledger.today(Date.now()));
    this.#set("today", this.#today);
    // A ledger that did not answer is asked again when the turn comes, whatever was written to it meanwhile.
    if (this.#today.state === "unavailable") this.#asked = { rows: -1, at: performance.now() };
  }

  async #ranges(names: readonly RangeName[]): Promise<void> {
    for (const name of names) this.#set(name, await this.#told((ledger) => ledger.range(name, Date.now())));
  }

  async #past(): Promise<void> {
    const past = await this.#told(async (ledger) => ({ requests: await ledger.past(Date.now(), shownRequests / 2) }));
    if (!("requests" in past)) return;
    const { board } = this.#parts;
    for (const request of past.requests.toReversed()) if (!board.shows(request.id)) board.put(request);
    this.#parts.changed();
  }

  async #told<T>(ask: (ledger: FromLedger) => Promise<T>): Promise<T | { readonly state: "none" | "unavailable" }> {
    if (!this.#ledger) return { state: "none" };
    try {
      return await ask(this.#ledger);
    } catch {
      // Whoever writes to it tells why, in the log.
      return { state: "unavailable" };
    }
  }
}
