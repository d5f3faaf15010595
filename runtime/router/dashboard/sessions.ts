import { hash, randomBytes } from "node:crypto";
import type { RedisClient } from "../money/index.ts";
import { type Keeping, MemoryKeeping, RedisKeeping } from "./keeping.ts";

/** Somebody who is signed in. */
export interface Session {
  readonly keyId: string;
  /** Of the key, as the router knows it: another key of the same id is another one. */
  readonly sha256: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface SessionsParts {
  /** So that every router of one stack knows its sessions. */
  readonly redis: RedisClient | undefined;
  /** Of the stack, within Redis. */
  readonly name: string;
  readonly now?: () => number;
}

/** Who is signed in, by a random id that only its browser has: here only its hash is kept. */
export class Sessions {
  readonly #keeping: Keeping;
  readonly #now: () => number;

  constructor({ redis, name, now = Date.now }: SessionsParts) {
    this.#now = now;
    const memory = new MemoryKeeping();
    this.#keeping = redis ? new RedisKeeping(redis, `{${name}}:dashboard:`, memory) : memory;
  }

  /** @returns the session's id */
  async begin(who: Pick<Session, "keyId" | "sha256">, lifeMs: number): Promise<string> {
    const id = randomBytes(32).toString("base64url");
    await this.#keeping.put(hashOf(id), { ...who, expiresAt: this.#now() + lifeMs }, lifeMs);
    return id;
  }

  async find(id: string | undefined): Promise<Session | undefined> {
    if (id === undefined || !form.test(id)) return undefined;
    const session = await this.#keeping.get(hashOf(id));
    return session && session.expiresAt > this.#now() ? session : undefined;
  }

  async end(id: string | undefined): Promise<void> {
    if (id !== undefined && form.test(id)) await this.#keeping.drop(hashOf(id));
  }
}

const form = /^[\w-]{43}$/;
const hashOf = (id: string): string => hash("sha256", id);
