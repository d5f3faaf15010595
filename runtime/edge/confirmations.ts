import type { Holder } from "./holder.ts";
import type { LocalCache } from "./platform.ts";

/** A region has admitted a key. */
export interface Confirmation {
  /** Of the answers that its tenant may be given again. */
  readonly generation: string;
  /** When the region was asked; milliseconds since 1970. */
  readonly at: number;
}

/**
 * Which keys a region has admitted lately, by data centre. A key is good for nothing here that no region has admitted within
 * `seconds`: so long can one that was revoked still be given what it was given before.
 */
export class Confirmations {
  readonly #cache: LocalCache;
  readonly #seconds: number;
  readonly #now: () => number;

  constructor(cache: LocalCache, seconds: number, now: () => number) {
    this.#cache = cache;
    this.#seconds = seconds;
    this.#now = now;
  }

  /** The generation that is in force for the holder; undefined where no region has said so lately. */
  async generationOf(holder: Holder): Promise<string | undefined> {
    const found = await this.#cache.match(await urlOf(holder));
    if (found === undefined) return undefined;
    const { generation, at } = (await found.json()) as Confirmation;
    // By the time within: a cache's own seconds are rounded.
    return this.#now() < at + this.#seconds * 1_000 ? generation : undefined;
  }

  async add(holder: Holder, confirmation: Confirmation): Promise<void> {
    const headers = { "content-type": "application/json", "cache-control": `max-age=${this.#seconds}` };
    await this.#cache.put(await urlOf(holder), new Response(JSON.stringify(confirmation), { headers }));
  }

  async drop(holder: Holder): Promise<void> {
    await this.#cache.delete(await urlOf(holder));
  }
}

/** Caches know pages; nobody can ask for this one. */
const urlOf = async (holder: Holder): Promise<string> =>
  `https://edge.invalid/confirmed/${await holder.name(["confirmed"])}`;
