import { checked, type Nanos } from "../amount.ts";
import { idsOf } from "./account.ts";
import { type Calendar, periodNames } from "./periods.ts";
import type { RedisClient } from "./redis/connect.ts";
import { CountersLost, type Life, Lives } from "./redis/life.ts";
import { type Made, Outbox, type Settlement } from "./redis/outbox.ts";
import { numbersOfScope, readExpired, readStatus, writeRecord } from "./redis/record.ts";
import { Session, type Value } from "./redis/session.ts";
import { type LimitedScope, levels, type PeriodLimits, type Scope, scopeOf } from "./scopes.ts";
import {
  type BudgetStatus,
  type BudgetStore,
  decidedAlone,
  type Expired,
  lateMs,
  type OverBudget,
  type Rebuild,
  type Reserved,
  type ReserveOrder,
  type Settled,
} from "./store.ts";

export interface RedisBudgetOptions {
  readonly client: RedisClient;
  /** The plain key with today's spending in dollars, and the hash tag of all others. */
  readonly name: string;
  readonly calendar: Calendar;
  readonly rebuild: Rebuild;
  readonly onStoreLost: "refuse" | "allow";
  readonly commandTimeoutMs: number;
  readonly rebuildTimeoutMs: number;
  readonly rebuildGraceMs: number;
}

/** Of expired reservations, and of what else is looked through, in one step. */
const mostSwept = 200;
/** Scopes that are told of in one step: Redis does nothing else meanwhile. */
const mostRead = 500;
/** What Redis has not confirmed it is told again so often; milliseconds. */
const tellAgainMs = 250;
const shortestPulseMs = 50;
/** The epoch of what was allowed without the counters; no life of theirs has it. */
const unaccounted = "none";

/** The budget of all routers that share a Redis; see BudgetStore, and `redis/library.ts` for what is kept where. */
export class RedisBudgetStore implements BudgetStore {
  readonly #options: RedisBudgetOptions;
  readonly #session: Session;
  readonly #outbox = new Outbox();
  /** While it has anything open a router looks after the counters: it must hear in time that they were rebuilt. */
  readonly #pulse: NodeJS.Timeout;
  #greeted = "";
  #telling: NodeJS.Timeout | undefined;

  constructor(options: RedisBudgetOptions) {
    this.#options = options;
    const { client, name } = options;
    this.#session = new Session({
      client,
      name,
      lives: new Lives(options),
      patienceMs: options.commandTimeoutMs + options.rebuildGraceMs,
      greet: (life) => this.#greet(life),
    });
    const pulseMs = Math.max(shortestPulseMs, options.rebuildGraceMs / 4);
    this.#pulse = setInterval(() => {
      if (this.#outbox.open.size > 0) void this.trouble();
    }, pulseMs).unref();
  }

  reserve(order: ReserveOrder): Reserved | Promise<Reserved> {
    return decidedAlone(order) ?? this.#reserve(order);
  }

  async #reserve(order: ReserveOrder): Promise<Reserved> {
    const { id, tenant, key, amount, now, limits } = order;
    // The scripts read whole numbers only.
    const expiresAt = Math.ceil(order.expiresAt);
    const periods = this.#options.calendar.at(now);
    const ids = idsOf(periods);
    const record = writeRecord({ amount, expiresAt, ids, key, tenant });
    try {
      const limitsOf = levels.flatMap((level) => periodNames.map((period) => limits[level][period] ?? ""));
      const values = [id, amount, expiresAt, ids.day, ids.week, ids.month, key, tenant, ...limitsOf];
      const reply = await this.#session.step(["reserve", ...values], true);
      if (reply.word === "over") {
        const over = readOver(order, reply.values);
        return { ...over, resetsAt: periods[over.period].end };
      }
      this.#outbox.made(id, { record, expiresAt, epoch: reply.epoch });
      return { ok: true };
    } catch (error) {
      const allowed = this.#options.onStoreLost === "allow";
      if (allowed) this.#outbox.made(id, { record, expiresAt, epoch: unaccounted });
      else if (!(error instanceof CountersLost)) this.#cancel(id, { record, expiresAt, epoch: unaccounted }, now);
      if (allowed) return { ok: true };
      const why = error instanceof CountersLost ? error.message : "Redis did not answer";
      return { ok: false, reason: "store_lost", why };
    }
  }

  settle(id: string, amount: Nanos, estimated: boolean, now: number): Settled | Promise<Settled> {
    if (checked(amount) === 0 && !this.#outbox.open.has(id)) return { state: "unknown" };
    return this.#tell(this.#outbox.settle(id, amount, estimated, now));
  }

  async sweep(now: number): Promise<readonly Expired[]> {
    const { day, week, month } = idsOf(this.#options.calendar.at(now));
    this.#outbox.forget(now - lateMs);
    try {
      const { values: found } = await this.#session.step(["sweep", now, day, week, month, mostSwept, now - lateMs]);
      return Array.from({ length: found.length / 2 }, (_, index) =>
        readExpired(String(found[2 * index]), String(found[2 * index + 1])),
      );
    } catch {
      return [];
    }
  }

  async swept(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#session.step(["told", ...ids]).catch(() => {});
  }

  async status(scope: Scope, limits: PeriodLimits, now: number): Promise<BudgetStatus | undefined> {
    return (await this.statuses([{ scope, limits }], now))?.[0];
  }

  async statuses(asked: readonly LimitedScope[], now: number): Promise<readonly BudgetStatus[] | undefined> {
    const statuses: BudgetStatus[] = [];
    try {
      for (let from = 0; from < asked.length; from += mostRead) {
        const some = asked.slice(from, from + mostRead);
        const { values } = await this.#session.step(["status", ...some.map(({ scope }) => scope)]);
        const periods = this.#options.calendar.at(now);
        for (const [index, { limits }] of some.entries()) {
          const numbers = values.slice(numbersOfScope * index, numbersOfScope * (index + 1)).map(Number);
          statuses.push(readStatus(numbers, limits, periods));
        }
      }
      return statuses;
    } catch {
      return undefined;
    }
  }

  async trouble(): Promise<string | undefined> {
    try {
      await this.#session.step(["look"]);
      return undefined;
    } catch (error) {
      return error instanceof CountersLost ? error.message : "Redis did not answer";
    }
  }

  /** Tells what is left, then ends the connection. */
  async close(): Promise<void> {
    clearInterval(this.#pulse);
    clearTimeout(this.#telling);
    await Promise.all(Array.from(this.#outbox.unconfirmed.values(), (settlement) => this.#tell(settlement)));
    clearTimeout(this.#telling);
    this.#options.client.disconnect();
  }

  /** The step may have been taken although nothing was heard of it: what it reserved is given back. */
  #cancel(id: string, made: Made, now: number): void {
    this.#outbox.add({ id, amount: 0, estimated: false, at: now, made });
    this.#tellLater();
  }

  async #tell(settlement: Settlement): Promise<Settled> {
    try {
      const { word } = await this.#session.step(stepOf(settlement));
      this.#outbox.confirmed(settlement, Date.now());
      return { state: word as Settled["state"] };
    } catch {
      this.#tellLater();
      return { state: "queued" };
    }
  }

  #tellLater(): void {
    this.#telling ??= setTimeout(() => void this.#tellAll(), tellAgainMs).unref();
  }

  async #tellAll(): Promise<void> {
    for (const settlement of this.#outbox.unconfirmed.values()) {
      if ((await this.#tell(settlement)).state === "queued") break;
    }
    this.#telling = undefined;
    if (this.#outbox.unconfirmed.size > 0) this.#tellLater();
  }

  /** A new life of the counters hears what this router has open, and what it settled of late. */
  async #greet(life: Life): Promise<void> {
    if (life.epoch === this.#greeted) return;
    const open = [...this.#outbox.open].flatMap(([id, { record }]): Value[] => [id, record]);
    for (let from = 0; from < open.length; from += 2 * mostSwept) {
      await this.#tellNewLife(life, ["adopt", ...open.slice(from, from + 2 * mostSwept)]);
    }
    for (const settlement of this.#outbox.toTell()) await this.#tellNewLife(life, stepOf(settlement));
    this.#greeted = life.epoch;
  }

  async #tellNewLife(life: Life, values: readonly Value[]): Promise<void> {
    const reply = await this.#session.run(life, values);
    if (!reply) throw new CountersLost("the counters were lost again");
  }
}

function stepOf({ id, amount, estimated, at, made }: Settlement): readonly Value[] {
  return ["settle", id, amount, estimated ? amount : 0, at, made?.record ?? "", made?.epoch ?? ""];
}

function readOver(order: ReserveOrder, [level, period, limit, spent, reserved]: readonly Value[]) {
  const scope = scopeOf(levels[Number(level) - 1] ?? "stack", order);
  const name = periodNames[Number(period) - 1] ?? "day";
  const amounts = { limit: Number(limit), spent: Number(spent), reserved: Number(reserved) };
  return { ok: false, reason: "over_budget", scope, period: name, ...amounts } as const satisfies Partial<OverBudget>;
}
