import type { RateConfig, RateLimits } from "../../config/index.ts";
import { RouterError } from "../errors.ts";
import type { RedisClient } from "../money/index.ts";
import { type Left, Window } from "./window.ts";

export interface Asking {
  readonly tenant: string;
  readonly keyId: string;
  /** Of the request's body. */
  readonly bytes: number;
  /** The client's own limit of output; 0 where it gave none. */
  readonly maxOutputTokens: number;
}

/** A request that may be answered. */
export interface Admission {
  /** `x-ratelimit-...`, as OpenAI sends them; those of the key, or of the tenant where its key has none. */
  readonly headers: Readonly<Record<string, string>>;
  /** It is over. @param tokens that were used; undefined where nobody counted */
  end(tokens: number | undefined): void;
}

/** English text has about four bytes a token; used until the provider has counted. */
const bytesPerToken = 4;

interface Ruled {
  readonly asker: string;
  readonly words: string;
  readonly limits: RateLimits;
}

/** Limits that were set while the router runs, by the id of a key and the name of a tenant. */
export interface OwnRates {
  readonly keys: ReadonlyMap<string, RateLimits>;
  readonly tenants: ReadonlyMap<string, RateLimits>;
}

const noOwn: OwnRates = { keys: new Map(), tenants: new Map() };

/** Limits how much each key, and each tenant with all its keys, may ask in a minute and at the same time. */
export class Rates {
  readonly #redis: RedisClient | undefined;
  readonly #windows = new Map<string, Window>();
  readonly #running = new Map<string, number>();

  readonly #own: OwnRates;

  /** @param own limits of those to whom the configuration gives none; read whenever somebody asks */
  constructor(redis?: RedisClient, own: OwnRates = noOwn) {
    this.#redis = redis;
    this.#own = own;
  }

  /**
   * Counts a request in; undefined where nothing limits it.
   *
   * @throws RouterError rate_limited, with Retry-After; then nothing was counted
   */
  admit(config: RateConfig, asking: Asking): Promise<Admission> | undefined {
    const ruled = rulesOf(config, asking, this.#own);
    return ruled.length === 0 ? undefined : this.#admit(ruled, asking);
  }

  async #admit(ruled: readonly Ruled[], { bytes, maxOutputTokens }: Asking): Promise<Admission> {
    const estimate = Math.ceil(bytes / bytesPerToken) + maxOutputTokens;
    const undo: (() => Promise<void> | void)[] = [];
    const headers: Record<string, string> = {};
    try {
      for (const { asker, words, limits } of ruled) {
        if (limits.concurrent !== undefined) undo.push(this.#enter(asker, words, limits.concurrent));
        await this.#take("requests", { asker, words }, limits.requestsPerMinute, 1, headers, undo);
        await this.#take("tokens", { asker, words }, limits.tokensPerMinute, estimate, headers, undo);
      }
    } catch (error) {
      for (const one of undo) await one();
      throw error;
    }
    return { headers, end: (tokens) => this.#end(ruled, estimate, tokens) };
  }

  #enter(asker: string, words: string, most: number): () => void {
    const running = this.#running.get(asker) ?? 0;
    if (running >= most) throw tooMany(`${words} may have ${most} requests at the same time`, 1_000, {});
    this.#running.set(asker, running + 1);
    return () => this.#leave(asker);
  }

  #leave(asker: string): void {
    const running = (this.#running.get(asker) ?? 1) - 1;
    if (running > 0) this.#running.set(asker, running);
    else this.#running.delete(asker);
  }

  async #take(
    what: "requests" | "tokens",
    { asker, words }: Pick<Ruled, "asker" | "words">,
    limit: number | undefined,
    amount: number,
    headers: Record<string, string>,
    undo: (() => Promise<void> | void)[],
  ): Promise<void> {
    if (limit === undefined) return;
    if (amount > limit) {
      const message = `The request needs up to ${amount} tokens, and ${words} may use ${limit} a minute (rates). Shorten it, or lower max_tokens.`;
      throw new RouterError("rate_limited", message);
    }
    const window = this.#window(what, limit);
    const left = await window.take(asker, amount);
    if (!left.refused) undo.push(() => window.give(asker, amount));
    // The key's come first, and stay.
    const told = headersOf(what, left);
    for (const [name, value] of Object.entries(told)) headers[name] ??= value;
    if (left.refused) throw tooMany(`${words} may use ${limit} ${what} a minute`, left.resetMs, told);
  }

  #end(ruled: readonly Ruled[], estimate: number, tokens: number | undefined): void {
    for (const { asker, limits } of ruled) {
      if (limits.concurrent !== undefined) this.#leave(asker);
      if (limits.tokensPerMinute === undefined || tokens === undefined) continue;
      // Nobody waits for it; what can't be told to Redis stays estimated.
      this.#window("tokens", limits.tokensPerMinute)
        .give(asker, estimate - tokens)
        .catch(() => {});
    }
  }

  #window(what: string, limit: number): Window {
    const name = `${what}:${limit}`;
    const known = this.#windows.get(name);
    if (known) return known;
    const made = new Window(what, limit, this.#redis);
    this.#windows.set(name, made);
    return made;
  }
}

function rulesOf(config: RateConfig, { tenant, keyId }: Asking, own: OwnRates): Ruled[] {
  const ofKey = config.keys[keyId] ?? own.keys.get(keyId) ?? config.default;
  const ofTenant = config.tenants[tenant] ?? own.tenants.get(tenant);
  return [
    { asker: `key:${keyId}`, words: `key ${keyId}`, limits: ofKey },
    ...(ofTenant ? [{ asker: `tenant:${tenant}`, words: `tenant ${tenant}`, limits: ofTenant }] : []),
  ].filter(({ limits }) => Object.values(limits).some((limit) => limit !== undefined));
}

/** `x-ratelimit-limit-requests: 60`, `x-ratelimit-remaining-requests: 59`, `x-ratelimit-reset-requests: 1.5s`. */
function headersOf(what: string, { limit, remaining, resetMs }: Left): Record<string, string> {
  return {
    [`x-ratelimit-limit-${what}`]: String(limit),
    [`x-ratelimit-remaining-${what}`]: String(remaining),
    [`x-ratelimit-reset-${what}`]: `${(Math.max(0, resetMs) / 1_000).toFixed(3)}s`,
  };
}

function tooMany(rule: string, waitMs: number, told: Readonly<Record<string, string>>): RouterError {
  const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
  const message = `Too many requests: ${rule}. Ask again in ${seconds} s.`;
  return new RouterError("rate_limited", message, { headers: { ...told, "retry-after": String(seconds) } });
}
