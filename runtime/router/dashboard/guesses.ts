import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

/** So many wrong keys from one address within this time; then it waits. */
const most = 10;
const seconds = 300;

/** Slows down whoever tries keys. */
export class Guesses {
  readonly #limiter = new RateLimiterMemory({ points: most, duration: seconds });

  /** How long an address must wait before its next try; seconds, 0 where it need not. */
  async waitFor(address: string): Promise<number> {
    const known = await this.#limiter.get(address);
    return known && known.consumedPoints >= most ? Math.max(1, Math.ceil(known.msBeforeNext / 1_000)) : 0;
  }

  async wrong(address: string): Promise<void> {
    try {
      await this.#limiter.consume(address);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
    }
  }
}
