import type { Holder } from "./holder.ts";
import type { LocalCache } from "./platform.ts";

/** What a region has said of a key. */
export interface Word {
  /** Of the answers that its tenant may be given again; absent where the region refused. */
  readonly generation?: string | undefined;
  /** When the region was asked; milliseconds since 1970. */
  readonly at: number;
}

/**
 * What a region has said lately of each key, by data centre. A key is good for nothing here that no region has admitted
 * within `seconds`: so long can one that was revoked still be given what it was given before.
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

  /** The generation that is in force for the holder; undefined where no region has admitted it lately. */
  async generationOf(holder: Holder): Promise<string | undefined> {
    return (await this.#last(await urlOf(holder)))?.generation;
  }

  /** The word that was asked for last is in force, whichever comes last. One like it that is young is left as it is. */
  async note(holder: Holder, word: Word): Promise<void> {
    const url = await urlOf(holder);
    const last = await this.#last(url);
    if (last && (last.at > word.at || (last.at === word.at && last.generation === undefined))) return;
    if (last && last.generation === word.generation && word.at - last.at < this.#seconds * 250) return;
    const headers = { "content-type": "application/json", "cache-control": `max-age=${this.#seconds}` };
    await this.#cache.put(url, new Response(JSON.stringify(word), { headers }));
  }

  async #last(url: string): Promise<Word | undefined> {
    const found = await this.#cache.match(url);
    const word = (await found?.json()) as Word | undefined;
    // By the time within: a cache's own seconds are rounded.
    return word && this.#now() < word.at + this.#seconds * 1_000 ? word : undefined;
  }
}

/** Caches know pages; nobody can ask for this one. */
const urlOf = async (holder: Holder): Promise<string> =>
  `https://edge.invalid/confirmed/${await holder.name(["confirmed"])}`;
