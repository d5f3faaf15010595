import { randomUUID } from "node:crypto";
import type { RedisClient } from "../../money/index.ts";
import { type Claim, type Claims, leaseMs, marginMs } from "./claims.ts";

/** ARGV: what this router wrote, and for how long it goes on; 0 ends it. */
const ifMine = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`;

interface Written extends Claim {
  readonly by: string;
}

/** Of all routers that share a Redis; in the slot of their budget. */
export class RedisClaims implements Claims {
  readonly place = "redis";
  readonly #client: RedisClient;
  readonly #prefix: string;
  readonly #router = randomUUID();
  /** What this router wrote of those that it is at. */
  readonly #mine = new Map<string, string>();

  /** @param name of the budget, the hash tag of its keys */
  constructor(client: RedisClient, name: string) {
    this.#client = client;
    this.#prefix = `{${name}}:alert:`;
  }

  async take(id: string, now: number): Promise<"mine" | Claim> {
    const mine = JSON.stringify({ state: "sending", at: now, by: this.#router } satisfies Written);
    const key = this.#prefix + id;
    if ((await this.#client.set(key, mine, "PX", leaseMs, "NX")) === "OK") {
      this.#mine.set(id, mine);
      return "mine";
    }
    const there = await this.#client.get(key);
    // It expired just now: the next look takes it.
    if (there === null) return { state: "sending", at: now };
    const { state, at } = JSON.parse(there) as Written;
    return { state, at };
  }

  async keep(id: string): Promise<boolean> {
    return (await this.#client.eval(ifMine, 1, this.#prefix + id, this.#mine.get(id) ?? "", leaseMs)) === 1;
  }

  async settle(id: string, { state, at }: Claim, endsAt: number): Promise<void> {
    const written = JSON.stringify({ state, at, by: this.#router } satisfies Written);
    await this.#client.set(this.#prefix + id, written, "PXAT", endsAt + marginMs);
    this.#mine.delete(id);
  }

  async release(id: string): Promise<void> {
    await this.#client.eval(ifMine, 1, this.#prefix + id, this.#mine.get(id) ?? "", 0);
    this.#mine.delete(id);
  }
}
