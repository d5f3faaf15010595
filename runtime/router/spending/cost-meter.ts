import { type Nanos, toDollars } from "../money/index.ts";

/** What was spent at one model by one tenant, since the router's start. */
export interface CostSeries {
  readonly backend: string;
  readonly model: string;
  readonly tenant: string;
  /** The amount is ours, not the provider's. */
  readonly estimated: boolean;
  readonly usd: number;
}

interface Total {
  readonly backend: string;
  readonly model: string;
  readonly tenant: string;
  reported: Nanos;
  estimated: Nanos;
}

const other = "other";
/** Whatever is asked for by whomever, no more are told apart: the rest is counted as that of others. */
const mostTotals = 2_000;

/** Adds up what attempts cost, for metrics. */
export class CostMeter {
  readonly #totals = new Map<string, Total>();

  add(backend: string, model: string, tenant: string, cost: Nanos, estimated: boolean): void {
    if (cost === 0) return;
    const total = this.#totalOf(backend, model, tenant);
    if (estimated) total.estimated += cost;
    else total.reported += cost;
  }

  *series(): Generator<CostSeries> {
    for (const { backend, model, tenant, reported, estimated } of this.#totals.values()) {
      yield { backend, model, tenant, estimated: false, usd: toDollars(reported) };
      yield { backend, model, tenant, estimated: true, usd: toDollars(estimated) };
    }
  }

  #totalOf(backend: string, model: string, tenant: string): Total {
    const name = `${backend}/${model}\n${tenant}`;
    const known = this.#totals.get(name);
    if (known) return known;
    if (this.#totals.size >= mostTotals && model !== other) return this.#totalOf(backend, other, other);
    const total = { backend, model, tenant, reported: 0, estimated: 0 };
    this.#totals.set(name, total);
    return total;
  }
}
