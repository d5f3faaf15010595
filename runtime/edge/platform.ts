/** What of Cloudflare's runtime the worker uses: as little as it needs, so that tests can stand in for each. */

/** A namespace of Workers KV: everywhere in a moment, a minute at most; dropped when its time is over. */
export interface Kept {
  get(name: string, type: "arrayBuffer"): Promise<ArrayBuffer | null>;
  /** @param options `expirationTtl`: seconds, 60 at least */
  put(name: string, value: Uint8Array, options: { readonly expirationTtl: number }): Promise<void>;
  delete(name: string): Promise<void>;
}

/** A cache of one data centre. */
export interface LocalCache {
  match(url: string): Promise<Response | undefined>;
  put(url: string, response: Response): Promise<void>;
}

/** What the script is bound to. */
export interface Environment {
  readonly KEPT: Kept;
  readonly CACHE_SECONDS: string;
  readonly CONFIRM_SECONDS: string;
}

export interface Context {
  /** Goes on with it after the answer was sent. */
  waitUntil(work: Promise<unknown>): void;
}
