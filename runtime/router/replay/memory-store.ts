import { randomUUID } from "node:crypto";
import { LRUCache } from "lru-cache";
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

interface Entry {
  readonly tenant: string;
  readonly fingerprint: string;
  readonly answer: StoredAnswer;
}

interface Running {
  readonly tenant: string;
  readonly fingerprint: string;
  forgotten: boolean;
}

/** Answers in this process's memory; the oldest are dropped first. */
export class MemoryStore implements AnswerStore {
  readonly #running = new Map<string, Running>();
  /** Turns that nothing was claimed for. */
  readonly #replacing = new Set<Running>();
  readonly #born = randomUUID();
  /** By tenant, of those of whom something was forgotten. */
  readonly #eras = new Map<string, string>();
  readonly #now: () => number;
  #answers: LRUCache<string, Entry>;
  #limits: StoreLimits;

  /** @param now milliseconds of a clock that never goes back */
  constructor(limits: StoreLimits, now: () => number = () => performance.now()) {
    this.#now = now;
    this.#limits = limits;
    this.#answers = cacheOf(limits, now);
  }

  get maxBodyBytes(): number {
    return largestBody(this.#limits);
  }

  limit(limits: StoreLimits): void {
    const { ttlMs, maxBytes } = this.#limits;
    this.#limits = limits;
    if (limits.ttlMs === ttlMs && limits.maxBytes === maxBytes) return;
    const before = this.#answers.dump();
    this.#answers.clear();
    this.#answers = cacheOf(limits, this.#now);
    this.#answers.load(before);
  }

  async claim({ tenant, digest }: AnswerName, fingerprint: string): Promise<Claim> {
    const name = nameOf(tenant, digest);
    // Not `get`: an answer that is asked for again is not younger for that.
    const entry = this.#answers.peek(name);
    const era = this.#eras.get(tenant) ?? this.#born;
    if (entry) return { state: "answered", fingerprint: entry.fingerprint, answer: entry.answer, era };
    const running = this.#running.get(name);
    if (running) return { state: "running", fingerprint: running.fingerprint };
    const mine: Running = { tenant, fingerprint, forgotten: false };
    this.#running.set(name, mine);
    // A turn that is over already must not end the next one's.
    const over = () => {
      if (this.#running.get(name) === mine) this.#running.delete(name);
    };
    return { state: "free", turn: this.#turn(name, mine, over), era };
  }

  async replace({ tenant, digest }: AnswerName, fingerprint: string): Promise<Turn> {
    const mine: Running = { tenant, fingerprint, forgotten: false };
    this.#replacing.add(mine);
    return this.#turn(nameOf(tenant, digest), mine, () => void this.#replacing.delete(mine));
  }

  /** Looks at every answer: there are no more of them than fit into memory, and it is seldom asked for. */
  async forget(tenant: string): Promise<void> {
    this.#eras.set(tenant, randomUUID());
    for (const [name, entry] of [...this.#answers.entries()]) {
      if (entry.tenant === tenant) this.#answers.delete(name);
    }
    for (const [name, running] of this.#running) {
      if (running.tenant !== tenant) continue;
      running.forgotten = true;
      this.#running.delete(name);
    }
    for (const running of this.#replacing) if (running.tenant === tenant) running.forgotten = true;
  }

  #turn(name: string, mine: Running, over: () => void): Turn {
    return {
      keep: async (answer) => {
        const { tenant, fingerprint } = mine;
        if (!mine.forgotten && answer.body.length <= this.maxBodyBytes) {
          this.#answers.set(name, { tenant, fingerprint, answer: { ...answer, body: ownCopy(answer.body) } });
        }
        over();
      },
      release: async () => over(),
    };
  }
}

const nameOf = (tenant: string, digest: string): string => `${digest} ${tenant}`;

function cacheOf({ ttlMs, maxBytes }: StoreLimits, now: () => number): LRUCache<string, Entry> {
  return new LRUCache({
    perf: { now },
    ttl: ttlMs,
    ttlResolution: 0,
    // What somebody was answered does not lie in memory for longer than it is of use.
    ttlAutopurge: true,
    maxSize: maxBytes,
    maxEntrySize: largestBody({ ttlMs, maxBytes }) + entryBytes,
    sizeCalculation: ({ answer }) => answer.body.length + entryBytes,
  });
}

/** A part of a larger buffer would keep all of it in memory. */
function ownCopy(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}
