import { LRUCache } from "lru-cache";
import type { RedisClient } from "../money/index.ts";
import type { Session } from "./sessions.ts";

/** Where sessions are kept, by the hash of their id. */
export interface Keeping {
  put(hash: string, session: Session, lifeMs: number): Promise<void>;
  get(hash: string): Promise<Session | undefined>;
  drop(hash: string): Promise<void>;
}

const most = 1_000;

export class MemoryKeeping implements Keeping {
  readonly #sessions = new LRUCache<string, Session>({ max: most });

  async put(hash: string, session: Session): Promise<void> {
    this.#sessions.set(hash, session);
  }

  async get(hash: string): Promise<Session | undefined> {
    return this.#sessions.get(hash);
  }

  async drop(hash: string): Promise<void> {
    this.#sessions.delete(hash);
  }
}

/** In Redis; while that can't be asked, what this router knows by itself counts. */
export class RedisKeeping implements Keeping {
  readonly #redis: RedisClient;
  readonly #prefix: string;
  readonly #known: MemoryKeeping;
  /** Sessions that began while Redis was away: it gets them when it is asked for them. */
  readonly #unsaved = new LRUCache<string, true>({ max: most });

  constructor(redis: RedisClient, prefix: string, known: MemoryKeeping) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#known = known;
  }

  async put(hash: string, session: Session, lifeMs: number): Promise<void> {
    await this.#known.put(hash, session);
    try {
      await this.#redis.set(this.#prefix + hash, JSON.stringify(session), "PX", Math.ceil(lifeMs));
      this.#unsaved.delete(hash);
    } catch {
      // It is known here, at least.
      this.#unsaved.set(hash, true);
    }
  }

  async get(hash: string): Promise<Session | undefined> {
    let text: string | null;
    try {
      text = await this.#redis.get(this.#prefix + hash);
    } catch {
      return this.#known.get(hash);
    }
    if (text === null) return this.#missing(hash);
    const session = JSON.parse(text) as Session;
    await this.#known.put(hash, session);
    return session;
  }

  async #missing(hash: string): Promise<Session | undefined> {
    const session = this.#unsaved.has(hash) ? await this.#known.get(hash) : undefined;
    if (session) await this.put(hash, session, Math.max(1, session.expiresAt - Date.now()));
    else await this.#known.drop(hash);
    return session;
  }

  async drop(hash: string): Promise<void> {
    await this.#known.drop(hash);
    this.#unsaved.delete(hash);
    try {
      await this.#redis.del(this.#prefix + hash);
    } catch {
      // Redis lets it expire.
    }
  }
}
