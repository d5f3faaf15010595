import { LRUCache } from "lru-cache";
import type { AnswerStore, Claim, StoredAnswer } from "./answer-store.ts";

export interface StoreLimits {
  readonly ttlMs: number;
  /** All answers together. */
  readonly maxBytes: number;
}

interface Entry {
  readonly fingerprint: string;
  readonly answer: StoredAnswer;
}

/** No answer takes a larger share of the store than this, so that one does not drop all the others. */
const largestShare = 1 / 8;
/** What an entry takes beside its body: names, headers and the store's own books; bytes, rounded up. */
const entryBytes = 2_048;

/** Answers in this process's memory; the oldest are dropped first. */
export class MemoryStore implements AnswerStore {
  readonly #running = new Map<string, { readonly fingerprint: string }>();
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
    return this.#answers.maxEntrySize - entryBytes;
  }

  /** From now on; what is kept already stays as far as there is room. */
  limit(limits: StoreLimits): void {
    if (limits.ttlMs === this.#limits.ttlMs && limits.maxBytes === this.#limits.maxBytes) return;
    const before = this.#answers.dump();
    this.#answers.clear();
    this.#limits = limits;
    this.#answers = cacheOf(limits, this.#now);
    this.#answers.load(before);
  }

  async claim(name: string, fingerprint: string): Promise<Claim> {
    // Not `get`: an answer that is asked for again is not younger for that.
    const entry = this.#answers.peek(name);
    if (entry) return { state: "answered", ...entry };
    const running = this.#running.get(name);
    if (running) return { state: "running", ...running };
    const mine = { fingerprint };
    this.#running.set(name, mine);
    // A turn that is over already must not end the next one's.
    const release = async () => {
      if (this.#running.get(name) === mine) this.#running.delete(name);
    };
    return {
      state: "free",
      turn: {
        keep: async (answer) => {
          this.#answers.set(name, { ...mine, answer: { ...answer, body: ownCopy(answer.body) } });
          await release();
        },
        release,
      },
    };
  }
}

function cacheOf({ ttlMs, maxBytes }: StoreLimits, now: () => number): LRUCache<string, Entry> {
  return new LRUCache({
    perf: { now },
    ttl: ttlMs,
    ttlResolution: 0,
    // What somebody was answered does not lie in memory for longer than it is of use.
    ttlAutopurge: true,
    maxSize: maxBytes,
    maxEntrySize: Math.floor(maxBytes * largestShare),
    sizeCalculation: ({ answer }) => answer.body.length + entryBytes,
  });
}

/** A part of a larger buffer would keep all of it in memory. */
function ownCopy(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}
