import { hash, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { idsOf } from "../account.ts";
import { type Calendar, type PeriodName, periodNames } from "../periods.ts";
import type { Rebuild, Rebuilt, Spend } from "../store.ts";
import type { RedisClient } from "./connect.ts";
import { keysOf } from "./library.ts";
import { inspect, install, unlock } from "./life-scripts.ts";
import { writeRecord } from "./record.ts";
import { stepsFor } from "./steps.ts";

/** Nobody knows what was spent; the message is fit to be shown. */
export class CountersLost extends Error {
  override readonly name = "CountersLost";
}

/** One life of the counters, in one server process; ends when either does. */
export interface Life {
  readonly epoch: string;
  /** The SHA-1 of its script. */
  readonly script: string;
  /** Until then routers report what they have open; milliseconds since 1970. */
  readonly readyAt: number;
}

export interface LivesOptions {
  readonly client: RedisClient;
  readonly name: string;
  readonly calendar: Calendar;
  readonly rebuild: Rebuild;
  readonly rebuildTimeoutMs: number;
  readonly rebuildGraceMs: number;
}

const pollMs = 50;

/** Finds out whether the counters in Redis can be trusted, and has them rebuilt where they can't. */
export class Lives {
  readonly #options: LivesOptions;
  readonly #keys: readonly string[];
  /** This router's name in locks and scripts. */
  readonly #router = randomUUID();

  constructor(options: LivesOptions) {
    this.#options = options;
    this.#keys = keysOf(options.name);
  }

  /**
   * The life that is now, after a rebuild by this router or another where there was none.
   *
   * @throws CountersLost, or the client's error
   */
  async find(): Promise<Life> {
    const deadline = Date.now() + this.#options.rebuildTimeoutMs;
    while (Date.now() < deadline) {
      const found = await this.#inspect();
      if (found.whole) {
        const script = await this.#load(found.server);
        // What was loaded may have gone to another process, if this one has just failed.
        const { server } = await this.#inspect();
        if (server === found.server) return { epoch: found.epoch, script, readyAt: found.readyAt };
      } else if (!(await this.#rebuildHere(found.server))) await sleep(pollMs);
    }
    throw new CountersLost("the counters are being rebuilt by another router");
  }

  /** `whole`: the counters are there, and have been since they began in this very process. */
  async #inspect(): Promise<{ server: string; epoch: string; whole: boolean; readyAt: number }> {
    const [server = "", version, memory, policy, epoch = "", bornIn, readyAt] = (await this.#eval(inspect)) as string[];
    if (Number(version) < 7) throw new CountersLost("budgets need Redis 7 or Valkey");
    if (Number(memory) > 0 && policy?.startsWith("allkeys")) {
      throw new CountersLost(`Redis may evict the counters (maxmemory-policy ${policy}); budgets need noeviction`);
    }
    return { server, epoch, whole: epoch !== "" && bornIn === server, readyAt: Number(readyAt) };
  }

  async #load(server: string): Promise<string> {
    const text = stepsFor(server, `${this.#router} ${randomUUID()}`);
    await this.#eval(text, "", "load");
    return hash("sha1", text);
  }

  /** Whether it was this router's turn to rebuild them; the lock ends by itself if this router does. */
  async #rebuildHere(server: string): Promise<boolean> {
    const { client, rebuildTimeoutMs } = this.#options;
    const lock = this.#keys.at(-1) ?? "";
    const token = randomUUID();
    if ((await client.set(lock, token, "PX", rebuildTimeoutMs, "NX")) !== "OK") return false;
    try {
      // Another router may have rebuilt them just before.
      if (!(await this.#inspect()).whole) await this.#rebuild(server, token);
    } finally {
      await this.#eval(unlock, token);
    }
    return true;
  }

  async #rebuild(server: string, token: string): Promise<void> {
    const { calendar, rebuild, rebuildTimeoutMs, rebuildGraceMs } = this.#options;
    const periods = calendar.at(Date.now());
    let rebuilt: Rebuilt;
    try {
      rebuilt = await within(rebuildTimeoutMs, (signal) => rebuild(periods, signal));
    } catch (error) {
      throw new CountersLost("the counters could not be rebuilt from the ledger", { cause: error });
    }
    const now = Date.now();
    const data = JSON.stringify(this.#accounts(rebuilt, idsOf(periods)));
    await this.#eval(install, token, server, randomUUID(), now + rebuildGraceMs, now, data);
  }

  #accounts({ spends, open, recent }: Rebuilt, ids: Readonly<Record<PeriodName, number>>): object {
    const { calendar } = this.#options;
    const counters = ({ spent, estimated }: Spend) => [spent, estimated, 0];
    const account = (periods: Readonly<Record<PeriodName, Spend>>) => [
      ...periodNames.map((name) => ids[name]),
      ...periodNames.flatMap((name) => counters(periods[name])),
    ];
    return {
      accounts: spends.map(({ scope, periods }) => [scope, account(periods)]),
      open: open.map(({ id, madeAt, ...held }) => [id, writeRecord({ ...held, ids: idsOf(calendar.at(madeAt)) })]),
      recent,
    };
  }

  #eval(script: string, ...values: (string | number)[]): Promise<unknown> {
    return this.#options.client.eval(script, this.#keys.length, ...this.#keys, ...values);
  }
}

async function within<T>(milliseconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(milliseconds);
  const ended = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  return await Promise.race([work(signal), ended]);
}
