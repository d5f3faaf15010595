import type { RouterConfig } from "../../config/index.ts";
import { type Alerts, BudgetWatch, type Throttle } from "../alerts/index.ts";
import type { Backend } from "../backends.ts";
import { type Ledger, noUsage } from "../ledger/index.ts";
import {
  type BudgetStatus,
  type BudgetStore,
  Calendar,
  costOf,
  type Expired,
  type Limits,
  LimitTable,
  MemoryBudgetStore,
  type Nanos,
  type OwnBudgets,
  type Priced,
  Prices,
  type RedisClient,
  type Scope,
} from "../money/index.ts";
import type { Trail } from "../trail.ts";
import { within } from "../within.ts";
import { cachedRow, type Saved } from "./cached-row.ts";
import { CostMeter } from "./cost-meter.ts";
import { RequestAccount, type Spender } from "./request-account.ts";

/** Reservations of routers that died are looked for this often; milliseconds. */
const sweepMs = 5_000;

type Rules = Pick<RouterConfig, "budgets" | "prices">;

export interface SpendingParts {
  readonly config: Rules;
  readonly store: BudgetStore;
  /** Where the store is in Redis; closed with it. */
  readonly redis?: RedisClient | undefined;
  /** Absent where nobody is told how budgets are used up. */
  readonly alerts?: Alerts | undefined;
  /** Absent where nothing is written down. */
  readonly ledger?: Ledger | undefined;
  /** Resolves once the store knows what was spent before. */
  readonly loaded?: Promise<void> | undefined;
  onProblem(problem: string): void;
}

/** What one router's requests cost and may cost: prices, budgets and the ledger, as one thing for the pipeline. */
export class Spending {
  readonly store: BudgetStore;
  readonly ledger: Ledger | undefined;
  readonly redis: RedisClient | undefined;
  readonly watch: BudgetWatch;
  readonly alerts: Alerts | undefined;
  /** What attempts of this router have cost. */
  readonly costs: CostMeter;
  readonly #onProblem: (problem: string) => void;
  readonly #sweeping: NodeJS.Timeout;
  #loading: Promise<void> | undefined;
  #config: Rules;
  #prices: Prices;
  #limits: LimitTable;
  #own: OwnBudgets | undefined;

  constructor({ config, store, redis, alerts, ledger, loaded, onProblem }: SpendingParts) {
    this.store = store;
    this.redis = redis;
    this.ledger = ledger;
    this.#onProblem = onProblem;
    this.#config = config;
    this.#prices = new Prices(config.prices);
    this.#limits = new LimitTable(config.budgets);
    this.#loading = loaded?.then(() => {
      this.#loading = undefined;
    });
    this.alerts = alerts;
    this.costs = new CostMeter();
    this.watch = new BudgetWatch({
      store,
      calendar: new Calendar(config.budgets.timezone),
      rules: () => this.#config.budgets,
      limited: () => this.#limits.limited(),
      ready: () => this.#loading === undefined,
      alerts,
    });
    this.watch.start();
    this.#sweeping = setInterval(() => void this.#sweep(), sweepMs).unref();
  }

  /** The budgets of one process that writes nothing down. */
  static inMemory(config: Rules): Spending {
    const store = new MemoryBudgetStore(new Calendar(config.budgets.timezone));
    return new Spending({ config, store, onProblem: () => {} });
  }

  /** Set until the store knows what was spent before. */
  get loading(): Promise<void> | undefined {
    return this.#loading;
  }

  /** Waits until the store knows what was spent before; false where it takes longer. */
  loadedWithin(milliseconds: number): Promise<boolean> {
    return within(milliseconds, this.#loading?.then(() => true) ?? true, false);
  }

  /** From now on other prices and limits apply; a time zone needs a restart. */
  reconfigure(config: Rules): void {
    this.#config = config;
    this.#prices = new Prices(config.prices);
    this.#limits = new LimitTable(config.budgets, this.#own);
    this.alerts?.reconfigure(config.budgets.alerts);
  }

  /** From now on these budgets apply, too, as they are whenever somebody asks. */
  lay(own: OwnBudgets): void {
    this.#own = own;
    this.#limits = new LimitTable(this.#config.budgets, own);
  }

  get fileTokens(): number {
    return this.#config.budgets.fileTokens;
  }

  /** Begins a request; its cost is told to `trail`. */
  request(spender: Spender, trail: Trail): RequestAccount {
    return new RequestAccount(this, spender, trail);
  }

  /** Writes down that a request got an answer again which had cost something before. */
  cached(spender: Spender, saved: Saved): void {
    this.ledger?.append(cachedRow(spender, saved));
  }

  limitsOf(tenant: string, key: string): Limits {
    return this.#limits.of({ tenant, key });
  }

  /** What `auto` means to somebody now; undefined where it means what it always does. Looked up, never computed. */
  throttleOf(tenant: string, key: string): Throttle | undefined {
    return this.watch.throttleOf({ tenant, key });
  }

  /** Undefined where nobody knows; a rehearsal costs nothing unless it is given a price. */
  priceOf({ name, rehearsal }: Pick<Backend, "name" | "rehearsal">, model: string): Priced | undefined {
    if (rehearsal && this.#config.prices[`${name}/${model}`] === undefined) return rehearsed;
    return this.#prices.priceOf(name, model);
  }

  /** Of a request of 3,000 tokens, answered with 1,000 in 10 s; nano-dollars, Infinity where nobody knows. */
  typicalCostOf(backend: Pick<Backend, "name" | "rehearsal">, model: string): Nanos {
    const priced = this.priceOf(backend, model);
    return priced ? costOf(priced, typical, 10_000) : Number.POSITIVE_INFINITY;
  }

  /**
   * What is left of budgets; a status is undefined where the store can't be asked.
   *
   * @param scopes by default each that has a budget
   */
  async status(
    now: number,
    scopes: readonly Scope[] = this.#limits.scopes(),
  ): Promise<{ scope: Scope; status: BudgetStatus | undefined }[]> {
    const asked = scopes.map((scope) => ({ scope, limits: this.#limits.ofScope(scope) }));
    const statuses = await this.store.statuses(asked, now);
    return scopes.map((scope, index) => ({ scope, status: statuses?.[index] }));
  }

  /** Why nobody knows now what was spent, fit to be shown; undefined where it is known. */
  async trouble(): Promise<string | undefined> {
    if (this.#loading) return "the ledger has not told yet what was spent before";
    return this.store.trouble();
  }

  /** After the last request. */
  async close(options: { readonly timeoutMs: number }): Promise<void> {
    clearInterval(this.#sweeping);
    this.watch.stop();
    await Promise.all([this.alerts?.close(options), this.ledger?.close(options)]);
    await this.store.close();
  }

  async #sweep(): Promise<void> {
    try {
      const expired = await this.store.sweep(Date.now());
      if (expired.length === 0) return;
      for (const each of expired) this.ledger?.append(abandoned(each));
      await this.store.swept(expired.map(({ id }) => id));
      this.#onProblem(`${expired.length} attempts of routers that are gone were counted at what had been reserved`);
    } catch {
      // Told by whoever reserves; the next turn tries again.
    }
  }
}

const typical = { prompt_tokens: 3_000, completion_tokens: 1_000, total_tokens: 4_000 };

const rehearsed: Priced = { ...freePrice(), source: "rehearsal" };

function freePrice(): Priced {
  const price = new Prices({}).priceOf("local", "rehearsal");
  if (!price) throw new Error("a model of our own has a price");
  return price;
}

/** All that is known of an attempt whose router died with its journal. */
function abandoned({ id, tenant, key, amount }: Expired): Parameters<Ledger["append"]>[0] {
  return {
    attemptId: id,
    firstAttemptId: id,
    requestId: "",
    tenant,
    keyId: key,
    backend: "unknown",
    model: "unknown",
    operation: "chat",
    wire: "unknown",
    number: 1,
    cause: "first",
    outcome: "abandoned",
    usage: noUsage,
    costNano: BigInt(amount),
    estimated: true,
    latencyMs: 0,
  };
}
