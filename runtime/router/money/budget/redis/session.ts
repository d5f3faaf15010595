import { setTimeout as sleep } from "node:timers/promises";
import type { RedisClient } from "./connect.ts";
import { keysOf } from "./library.ts";
import { CountersLost, type Life, type Lives } from "./life.ts";

export interface SessionOptions {
  readonly client: RedisClient;
  readonly name: string;
  readonly lives: Lives;
  /** How long a request waits for counters that are being checked or rebuilt; milliseconds. */
  readonly patienceMs: number;
  /** Tells a new life what this router has open; until it has, nothing else is asked of it. */
  readonly greet: (life: Life) => Promise<void>;
}

export type Value = string | number;

/** What a step said, and the life of the counters that it was taken in. */
export interface Reply {
  readonly epoch: string;
  readonly word: string;
  readonly values: readonly Value[];
}

/** After a life could not be found nobody tries again for so long; milliseconds. */
const restMs = 100;
const mostTries = 3;

/** Steps of the counters' present life: notices when it ends, and goes on in the next. */
export class Session {
  readonly #options: SessionOptions;
  readonly #keys: readonly string[];
  #life: Life | undefined;
  #finding: Promise<Life> | undefined;
  #failure: { readonly error: unknown; readonly until: number } | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#keys = keysOf(options.name);
    // Who answers behind a new connection, or at a cluster's new node, is not known yet.
    for (const event of ["ready", "+node"]) {
      options.client.on(event, () => {
        this.#life = undefined;
      });
    }
  }

  /**
   * One step, in one round trip. It is taken once at most: an error that isn't CountersLost leaves open whether it was.
   *
   * @param spends waits until every router has told what it has open
   * @throws CountersLost where the step was not taken, or the client's error
   */
  async step(values: readonly Value[], spends = false): Promise<Reply> {
    for (let tries = 0; tries < mostTries; tries++) {
      const life = this.#life ?? (await this.#patiently());
      if (spends && life.readyAt > Date.now()) await this.#settleIn(life);
      if (this.#options.client.status !== "ready") throw new CountersLost("Redis can't be reached");
      const reply = await this.run(life, values);
      if (reply) return reply;
      if (this.#life === life) this.#life = undefined;
    }
    throw new CountersLost("the counters change too fast");
  }

  /** Undefined where this life is over. */
  async run(life: Life, values: readonly Value[]): Promise<Reply | undefined> {
    const { client } = this.#options;
    try {
      const { script, epoch } = life;
      const reply = await client.evalsha(script, this.#keys.length, ...this.#keys, epoch, ...values);
      const [word, ...found] = reply as [string, ...Value[]];
      return word === "epoch" ? undefined : { epoch, word, values: found };
    } catch (error) {
      if (error instanceof Error && error.message.startsWith("NOSCRIPT")) return undefined;
      throw error;
    }
  }

  async #patiently(): Promise<Life> {
    const timer = new AbortController();
    const tooLong = sleep(this.#options.patienceMs, undefined, { signal: timer.signal }).then(() => {
      throw new CountersLost("the counters are being rebuilt");
    });
    try {
      return await Promise.race([this.#find(), tooLong]);
    } finally {
      timer.abort();
      tooLong.catch(() => {});
    }
  }

  /** All who need it wait for the same search. */
  #find(): Promise<Life> {
    if (this.#failure && Date.now() < this.#failure.until) return Promise.reject(this.#failure.error);
    this.#finding ??= this.#search().finally(() => {
      this.#finding = undefined;
    });
    return this.#finding;
  }

  async #search(): Promise<Life> {
    const { client, lives, greet } = this.#options;
    try {
      if (client.status !== "ready") throw new CountersLost("Redis can't be reached");
      const life = await lives.find();
      await greet(life);
      this.#life = life;
      this.#failure = undefined;
      return life;
    } catch (error) {
      const lost = error instanceof CountersLost ? error : new CountersLost("Redis can't be asked", { cause: error });
      this.#failure = { error: lost, until: Date.now() + restMs };
      throw lost;
    }
  }

  async #settleIn({ readyAt }: Life): Promise<void> {
    const waitMs = readyAt - Date.now();
    if (waitMs > this.#options.patienceMs) throw new CountersLost("the counters have just been rebuilt");
    await sleep(Math.ceil(waitMs));
  }
}
