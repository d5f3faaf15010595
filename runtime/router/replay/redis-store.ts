import { hash, randomUUID } from "node:crypto";
import type { RedisClient } from "../money/index.ts";
import {
  type AnswerName,
  type AnswerStore,
  type Claim,
  entryBytes,
  largestBody,
  type StoredAnswer,
  type StoreLimits,
  type Turn,
} from "./answer-store.ts";
import { Commands } from "./redis/commands.ts";
import { type Claimed, Leases } from "./redis/leases.ts";

export interface RedisStoreOptions {
  readonly client: RedisClient;
  /** One for each kind of answers of each stack that share a Redis. */
  readonly name: string;
  /** A claim whose router has died is free again after this; milliseconds. */
  readonly leaseMs?: number;
  /** What could not be told to Redis is told again, for a while: for answers that nobody must have to pay twice. */
  readonly insists?: boolean;
}

const defaultLeaseMs = 15_000;
/** While Redis can't be asked nobody tries again for so long; milliseconds. */
const restMs = 1_000;
/** Answers that are dropped in one step. */
const mostDropped = 200;

/** Answers of all routers that share a Redis; `redis/scripts.ts` says what is kept where. */
export class RedisStore implements AnswerStore {
  readonly #name: string;
  readonly #commands: Commands;
  readonly #leases: Leases;
  #limits: StoreLimits;
  #restsUntil = Number.NEGATIVE_INFINITY;

  constructor(limits: StoreLimits, { client, name, leaseMs = defaultLeaseMs, insists = false }: RedisStoreOptions) {
    this.#name = name;
    this.#limits = limits;
    this.#commands = new Commands(client);
    this.#leases = new Leases({ commands: this.#commands, leaseMs, insists });
  }

  get maxBodyBytes(): number {
    return largestBody(this.#limits);
  }

  limit(limits: StoreLimits): void {
    this.#limits = limits;
  }

  async claim(name: AnswerName, fingerprint: string): Promise<Claim> {
    if (performance.now() < this.#restsUntil) return { state: "unknown" };
    const keys = this.#keysOf(name);
    const token = randomUUID();
    try {
      const reply = await this.#commands.run("claim", keys, token, fingerprint, this.#leases.ms);
      const [state, said, born, epoch, head, body] = reply as [Buffer, Buffer, Buffer, Buffer, Buffer?, Buffer?];
      const [claimed, era] = [said.toString(), `${born}:${epoch}`];
      switch (state.toString()) {
        case "free":
          return { state: "free", turn: this.#turn({ keys, token, fingerprint, epoch: String(epoch) }), era };
        case "answered":
          return { state: "answered", fingerprint: claimed, answer: decode(head, body), era };
        default:
          return { state: "running", fingerprint: claimed };
      }
    } catch {
      this.#restsUntil = performance.now() + restMs;
      // It may have heard all the same.
      this.#commands.run("release", keys, token).catch(() => {});
      return { state: "unknown" };
    }
  }

  async replace(name: AnswerName, fingerprint: string): Promise<Turn | undefined> {
    if (performance.now() < this.#restsUntil) return undefined;
    const keys = this.#keysOf(name);
    try {
      const epoch = String(await this.#commands.run("begin", keys));
      const claimed = { keys, token: "", fingerprint, epoch };
      return {
        keep: async (answer) => {
          if (answer.body.length > this.maxBodyBytes) return;
          await this.#commands.run("keep", keys, ...this.#kept(claimed, answer), "1").catch(() => {});
        },
        release: async () => {},
      };
    } catch {
      this.#restsUntil = performance.now() + restMs;
      return undefined;
    }
  }

  async forget(tenant: string): Promise<void> {
    const forgotten = `forgotten:${randomUUID()}`;
    const keys = this.#keysOf({ tenant, digest: forgotten });
    // The epoch is another for as long as a request that has begun may run, and what it left may be kept.
    const left = await this.#commands.run("forget", keys, randomUUID(), Math.max(this.#limits.ttlMs, longestMs));
    while (left === 1 && Number(await this.#commands.run("drop", keys, mostDropped)) === mostDropped);
  }

  #turn(claimed: Claimed): Turn {
    const lease = this.#leases.take(claimed);
    return {
      keep: (answer) => {
        if (answer.body.length > this.maxBodyBytes) return lease.release();
        return lease.keep([...this.#kept(claimed, answer), ""]);
      },
      release: () => lease.release(),
    };
  }

  #kept({ token, fingerprint, epoch }: Claimed, { body, ...head }: StoredAnswer) {
    const { ttlMs, maxBytes } = this.#limits;
    return [token, fingerprint, epoch, JSON.stringify(head), body, body.length + entryBytes, ttlMs, maxBytes];
  }

  #keysOf({ tenant, digest }: AnswerName): string[] {
    // A tenant's name may hold braces, which would make another slot of it.
    const tag = `{${this.#name}:${hash("sha256", tenant)}}`;
    return [`${tag}:${digest}`, `${tag}:books`, `${tag}:index`];
  }
}

/** No request takes longer: the largest deadline that a configuration may set; milliseconds. */
const longestMs = 3_600_000;

function decode(head: Buffer | undefined, body: Buffer | undefined): StoredAnswer {
  return { ...(JSON.parse(String(head)) as Omit<StoredAnswer, "body">), body: body ?? Buffer.alloc(0) };
}
