import type { Throttle } from "../alerts/index.ts";
import { RouterError } from "../errors.ts";
import { newAttemptId } from "../ledger/index.ts";
import {
  type Attempt,
  isBudgeted,
  type Limits,
  type Nanos,
  type Priced,
  type Reserved,
  unbounded,
  worstCase,
  worstCaseOfEmbeddings,
} from "../money/index.ts";
import { PassedOver } from "../passed-over.ts";
import { refusalOf } from "../refusal.ts";
import type { Target } from "../targets.ts";
import { type AttemptCause, causeOf } from "../telemetry/index.ts";
import type { Trail } from "../trail.ts";
import { AttemptAccount, settle } from "./attempt-account.ts";
import { budgetExceeded } from "./refusals.ts";
import type { Spending } from "./spending.ts";

/** Who pays for a request. */
export interface Spender {
  readonly tenant: string;
  readonly keyId: string;
  readonly requestId: string;
  readonly wire: string;
  /** The client's own label. */
  readonly feature?: string | undefined;
}

/** An attempt that is about to be made. */
export interface AttemptOrder {
  readonly operation: "chat" | "embeddings";
  readonly body: Readonly<Record<string, unknown>>;
  /** Of the body as JSON. */
  readonly bytes: number;
  readonly maxOutputTokens: number;
  /** After this it is certainly over; milliseconds. */
  readonly maxMs: number;
  /** Goes on with an answer that broke off. */
  readonly continues: boolean;
}

/** Clocks differ, and an attempt needs a moment to say what it cost; milliseconds. */
const marginMs = 60_000;

/** So long a paid attempt waits for what was spent before its router started; milliseconds. */
const loadingMs = 5_000;

/** What one request costs, with all its attempts: each is reserved at its worst case before it is made. */
export class RequestAccount {
  readonly #spending: Spending;
  readonly #spender: Spender;
  readonly #trail: Trail;
  /** Spent, or reserved by an attempt that is not over. */
  #amount: Nanos = 0;
  #spent: Nanos = 0;
  #number = 0;
  #firstAttemptId: string | undefined;
  #before: Target | undefined;
  /** Whom "always the primary" would have asked; set for requests that name nobody. */
  primary: Pick<Target, "backend" | "model"> | undefined;

  constructor(spending: Spending, spender: Spender, trail: Trail) {
    this.#spending = spending;
    this.#spender = spender;
    this.#trail = trail;
  }

  /** What `auto` means for this request; undefined where it means what it always does. */
  get throttle(): Throttle | undefined {
    const { tenant, keyId } = this.#spender;
    return this.#spending.throttleOf(tenant, keyId);
  }

  /**
   * Reserves what an attempt may cost. A value where nothing has to be waited for.
   *
   * @throws PassedOver where the attempt may not be made; for good where the request names its target
   */
  attempt(target: Target, order: AttemptOrder): AttemptAccount | Promise<AttemptAccount> {
    const { tenant, keyId } = this.#spender;
    const limits = this.#spending.limitsOf(tenant, keyId);
    const priced = this.#spending.priceOf(target.backend, target.model);
    if (isBudgeted(limits)) requireBounds(target, priced, order);
    const attempt: Attempt = {
      ...order,
      backend: target.backend.name,
      fileTokens: this.#spending.fileTokens,
    };
    const amount = priced === undefined ? 0 : amountOf(priced, attempt, order.operation);
    const id = newAttemptId();
    const now = Date.now();
    const expiresAt = now + Math.ceil(order.maxMs) + marginMs;
    const { loading } = this.#spending;
    const reserve = () => this.#reserve({ id, amount, now, expiresAt, limits });
    // What costs nothing waits for nobody.
    const reserved = loading && amount > 0 ? this.#loaded(order.maxMs).then(reserve) : reserve();
    const made = (answer: Reserved) => {
      if (!answer.ok) throw refused(answer, target, amount, now);
      return this.#begin(target, order, { id, amount, expiresAt, priced, attempt });
    };
    return reserved instanceof Promise ? reserved.then(made) : made(reserved);
  }

  async #loaded(maxMs: number): Promise<void> {
    if (await this.#spending.loadedWithin(Math.min(loadingMs, maxMs))) return;
    throw new PassedOver("what was spent before is not known yet: the ledger can't be read");
  }

  #reserve(order: {
    readonly id: string;
    readonly amount: Nanos;
    readonly now: number;
    readonly expiresAt: number;
    readonly limits: Limits;
  }): Reserved | Promise<Reserved> {
    const { tenant, keyId } = this.#spender;
    return this.#spending.store.reserve({ ...order, tenant, key: keyId, inRequest: this.#amount });
  }

  #begin(
    target: Target,
    { operation, continues }: AttemptOrder,
    { id, amount, expiresAt, priced, attempt }: Reservation,
  ): AttemptAccount {
    const { ledger, store } = this.#spending;
    const cause: AttemptCause = causeOf({ backend: target.backend.name, model: target.model, continues }, this.#last());
    const identity = {
      attemptId: id,
      firstAttemptId: this.#firstAttemptId ?? id,
      ...this.#spender,
      backend: target.backend.name,
      model: target.model,
      operation,
      number: this.#number + 1,
      cause,
      unitPrices: ledger && priced ? { ...priced } : undefined,
      priceTable: priced?.source,
    };
    if (ledger && !ledger.begin({ ...identity, reservedNano: BigInt(amount), expiresAt, scopes: [] }) && amount > 0) {
      settle(store, id, 0, false);
      throw new PassedOver("what it costs can't be written down now");
    }
    this.#number++;
    this.#firstAttemptId ??= id;
    this.#before = target;
    this.#amount += amount;
    return new AttemptAccount({
      identity,
      amount,
      priced,
      attempt,
      store,
      ledger,
      settled: (cost, estimated, firstTokenAt) => {
        this.#settled(amount, cost, firstTokenAt);
        const { backend, model } = identity;
        this.#spending.costs.add(backend, model, this.#spender.tenant, cost, estimated);
      },
      primary: ledger && this.primary && this.#spending.priceOf(this.primary.backend, this.primary.model),
    });
  }

  #last(): { readonly backend: string; readonly model: string } | undefined {
    return this.#before && { backend: this.#before.backend.name, model: this.#before.model };
  }

  #settled(reserved: Nanos, cost: Nanos, firstTokenAt: number | undefined): void {
    this.#amount += cost - reserved;
    this.#spent += cost;
    this.#trail.costNano = this.#spent;
    if (firstTokenAt !== undefined) this.#trail.firstTokenAt ??= firstTokenAt;
  }
}

interface Reservation {
  readonly id: string;
  readonly amount: Nanos;
  readonly expiresAt: number;
  readonly priced: Priced | undefined;
  readonly attempt: Attempt;
}

const amountOf = (priced: Priced, attempt: Attempt, operation: AttemptOrder["operation"]): Nanos =>
  operation === "embeddings"
    ? worstCaseOfEmbeddings(priced, attempt.bytes, attempt.maxMs)
    : worstCase(priced, attempt).amount;

/** On a budget only what has a price may be asked. */
function requireBounds({ backend, model, askedFor }: Target, priced: Priced | undefined, { body }: AttemptOrder): void {
  if (!priced) {
    const address = `${backend.name}/${model}`;
    const message = `There is a budget, and the price of ${address} is not known: give it one (prices["${address}"]).`;
    throw new PassedOver(message, new RouterError("invalid_request", message, { param: "model" }), askedFor);
  }
  const refusal = priced.free ? undefined : refusalOf(unbounded(body));
  if (refusal) throw new PassedOver(refusal.message, refusal, askedFor);
}

function refused(
  answer: Exclude<Reserved, { ok: true }>,
  { backend, model, askedFor }: Target,
  amount: Nanos,
  now: number,
): PassedOver {
  if (answer.reason === "store_lost") return new PassedOver(`what was spent can't be counted now: ${answer.why}`);
  const refusal = budgetExceeded(answer, `${backend.name}/${model}`, amount, now);
  return new PassedOver(refusal.message, refusal, askedFor);
}
