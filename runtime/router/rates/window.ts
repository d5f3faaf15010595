import type { Redis } from "ioredis";
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import type { RedisClient } from "../money/index.ts";

/** How much of a limit is left. */
export interface Left {
  readonly limit: number;
  readonly remaining: number;
  /** Until all of it is there again; milliseconds. */
  readonly resetMs: number;
  /** What was asked for did not fit, and nothing of it was counted. */
  readonly refused: boolean;
}

const seconds = 60;

/** A limit of so much a minute, for many askers; the minute begins with the first use after the last one ended. */
export class Window {
  readonly #limit: number;
  readonly #limiter: RateLimiterMemory | RateLimiterRedis;

  /** @param redis counts for all routers; while it can't be asked each counts alone */
  constructor(name: string, limit: number, redis: RedisClient | undefined) {
    this.#limit = limit;
    // The limit is part of the name: another one begins to count anew.
    const common = { keyPrefix: `rate:${name}:${limit}`, points: limit, duration: seconds };
    const alone = new RateLimiterMemory(common);
    this.#limiter = redis
      ? new RateLimiterRedis({ ...common, storeClient: redis as Redis, insuranceLimiter: alone })
      : alone;
  }

  async take(asker: string, amount: number): Promise<Left> {
    try {
      return this.#left(await this.#limiter.consume(asker, amount), false);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      // What did not fit was counted all the same.
      await this.give(asker, amount);
      return this.#left(error, true);
    }
  }

  /** Takes back what was counted too much, or with less than 0 counts what was too little. */
  async give(asker: string, amount: number): Promise<void> {
    if (amount > 0) await this.#limiter.reward(asker, amount);
    else if (amount < 0) await this.#limiter.penalty(asker, -amount);
  }

  #left({ remainingPoints, msBeforeNext }: RateLimiterRes, refused: boolean): Left {
    return { limit: this.#limit, remaining: Math.max(0, remainingPoints), resetMs: msBeforeNext, refused };
  }
}
