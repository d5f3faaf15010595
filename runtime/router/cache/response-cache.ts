import type { IncomingHttpHeaders } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { configHash, type RouterConfig } from "../../config/index.ts";
import type { EdgeTerms } from "../../edge/protocol.ts";
import { version } from "../../version.ts";
import {
  type AnswerName,
  type AnswerStore,
  type FirstAnswer,
  FirstAnswers,
  type Origin,
  type StoredAnswer,
} from "../replay/index.ts";
import { isCacheable } from "./cacheable.ts";
import { termsOf } from "./edge-terms.ts";
import { type Body, digestOf } from "./name.ts";
import { wishOf } from "./wish.ts";

export interface CachedRequest {
  readonly tenant: string;
  readonly route: string;
  readonly wire: string;
  /** All of them. */
  readonly headers: IncomingHttpHeaders;
  /** Of those, the ones that change an answer. */
  readonly telling: Readonly<Record<string, unknown>>;
  readonly body: Body;
  readonly sovereign: boolean;
  readonly stickyKey: string;
  /** Whether its client has left. */
  gone(): boolean;
}

/** An answer that is given again, or what becomes of the one that there will be. */
export type Found =
  | { readonly hit: StoredAnswer; readonly ageMs: number; readonly terms: EdgeTerms | undefined }
  /** `first` is absent where another request's answer is kept. */
  | { readonly hit?: never; readonly first: FirstAnswer | undefined; readonly terms?: EdgeTerms | undefined };

/** An answer that an edge gave again. */
export interface Told {
  readonly origin: Origin;
  readonly terms: EdgeTerms;
}

/** Of somebody who waits for another's answer; milliseconds. */
const firstLookMs = 10;
const longestLookMs = 250;

/** Gives answers again to requests that are the same, word for word, of the same tenant. */
export class ResponseCache {
  readonly #config: () => RouterConfig;
  readonly #store: AnswerStore;
  readonly #firsts: FirstAnswers;
  #known: Known;

  /** @param config as it is now; another one is followed without losing what is kept */
  constructor(config: () => RouterConfig, store: AnswerStore) {
    this.#config = config;
    this.#store = store;
    this.#known = know(config());
    this.#firsts = new FirstAnswers(store, this.#known.config.cache);
  }

  /**
   * Undefined where the cache has nothing to do with the request.
   *
   * @throws RouterError where the request's wish is none
   */
  async begin(request: CachedRequest): Promise<Found | undefined> {
    const { config, generation, versioned } = this.#follow();
    const { when, tenants, waitMs } = config.cache;
    const { tenant, route, wire, telling, sovereign, body } = request;
    if (tenants !== undefined && !tenants.includes(tenant)) return undefined;
    const wish = wishOf(request.headers);
    if (wish.off || !isCacheable(when, route, body, wish.on)) return undefined;
    const stickyKey = versioned ? request.stickyKey : undefined;
    const digest = digestOf({ tenant, route, wire, headers: telling, sovereign, generation, stickyKey, body });
    const name = { tenant, digest };
    return wish.anew ? this.#anew(name) : this.#look(name, wish.maxAge * 1_000, waitMs, request);
  }

  /** What is known of an answer that an edge gave again; undefined where it may not do so any more. */
  async told(name: AnswerName): Promise<Told | undefined> {
    const { cache } = this.#follow().config;
    if (!cache.enabled || !(cache.tenants?.includes(name.tenant) ?? true)) return undefined;
    const claim = await this.#store.claim(name, "");
    if (claim.state === "free") await claim.turn.release();
    if (claim.state !== "answered" || claim.answer.origin === undefined) return undefined;
    const terms = this.#terms(name, claim.era);
    return terms && { origin: claim.answer.origin, terms };
  }

  /** @throws Error where the store can't be asked: then some answers may still be there */
  forget(tenant: string): Promise<void> {
    return this.#store.forget(tenant);
  }

  async #look(name: AnswerName, maxAgeMs: number, waitMs: number, request: CachedRequest): Promise<Found> {
    const until = performance.now() + waitMs;
    for (let lookMs = firstLookMs; ; lookMs = Math.min(longestLookMs, lookMs * 2)) {
      const claim = await this.#store.claim(name, "");
      if (claim.state === "free") {
        return { first: this.#firsts.of(claim.turn), terms: this.#terms(name, claim.era) };
      }
      if (claim.state === "answered") {
        const ageMs = Math.max(0, Date.now() - (claim.answer.origin?.at ?? 0));
        if (ageMs > maxAgeMs) return this.#anew(name);
        return { hit: claim.answer, ageMs, terms: this.#terms(name, claim.era, ageMs) };
      }
      const leftMs = until - performance.now();
      if (claim.state === "unknown" || leftMs <= 0 || request.gone()) return { first: undefined };
      await sleep(Math.min(lookMs, leftMs));
    }
  }

  async #anew(name: AnswerName): Promise<Found> {
    const turn = await this.#store.replace(name, "");
    return { first: turn && this.#firsts.of(turn) };
  }

  #terms(name: AnswerName, era: string, ageMs?: number): EdgeTerms | undefined {
    const { config, generation } = this.#known;
    return termsOf(config.cache, { name, era: `${generation} ${era}`, ageMs });
  }

  #follow(): Known {
    const config = this.#config();
    if (config !== this.#known.config) {
      this.#known = know(config);
      this.#firsts.follow(config.cache);
    }
    return this.#known;
  }
}

/** What is known of a configuration. */
interface Known {
  readonly config: RouterConfig;
  readonly generation: string;
  /** A model has versions, and each caller one of them. */
  readonly versioned: boolean;
}

function know(config: RouterConfig): Known {
  const { backends, failoverChain, arbitrage, embeddings, airgap, region } = config;
  const answering = Object.fromEntries(
    Object.entries(backends).map(([name, { apiKey: _key, timeoutMs: _timeout, ...backend }]) => [name, backend]),
  );
  const models = Object.values(backends.triton?.triton?.models ?? {});
  return {
    config,
    generation: configHash({ version, answering, failoverChain, arbitrage, embeddings, airgap, region }),
    versioned: models.some(({ versions }) => Object.keys(versions).length > 0),
  };
}
