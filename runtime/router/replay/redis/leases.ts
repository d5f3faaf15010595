import type { Commands, Value } from "./commands.ts";

/** A name that this router has. */
export interface Claimed {
  readonly keys: readonly string[];
  readonly token: string;
  readonly fingerprint: string;
  readonly epoch: string;
}

export interface LeaseParts {
  readonly commands: Commands;
  readonly leaseMs: number;
  readonly insists: boolean;
}

/** What Redis has not taken is told again for so long; milliseconds. */
const insistMs = 60_000;
/** Of answers that wait for that, all together. */
const mostWaitingBytes = 16 * 1_048_576;

/** Renews what this router has claimed, for as long as it lives and its requests run. */
export class Leases {
  readonly #parts: LeaseParts;
  readonly #open = new Set<Lease>();
  #timer: NodeJS.Timeout | undefined;
  #waitingBytes = 0;

  constructor(parts: LeaseParts) {
    this.#parts = parts;
  }

  get ms(): number {
    return this.#parts.leaseMs;
  }

  take(claimed: Claimed): Lease {
    const lease = new Lease(claimed, this.#parts, {
      over: () => this.#over(lease),
      mayWait: (bytes) => this.#mayWait(bytes),
    });
    this.#open.add(lease);
    this.#timer ??= setInterval(() => this.#renew(), this.#parts.leaseMs / 3).unref();
    return lease;
  }

  #renew(): void {
    for (const lease of this.#open) lease.renew();
  }

  #mayWait(bytes: number): boolean {
    if (this.#waitingBytes + bytes > mostWaitingBytes) return false;
    this.#waitingBytes += bytes;
    return true;
  }

  #over(lease: Lease): void {
    this.#open.delete(lease);
    this.#waitingBytes -= lease.waitingBytes;
    if (this.#open.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

interface House {
  over(): void;
  mayWait(bytes: number): boolean;
}

/** One claim. Nothing here rejects: what Redis never hears of ends with the lease. */
export class Lease {
  waitingBytes = 0;
  readonly #claimed: Claimed;
  readonly #parts: LeaseParts;
  readonly #house: House;
  #waiting: { readonly values: readonly Value[]; readonly until: number } | undefined;
  #over = false;

  constructor(claimed: Claimed, parts: LeaseParts, house: House) {
    this.#claimed = claimed;
    this.#parts = parts;
    this.#house = house;
  }

  /** @param values of the script `keep` */
  async keep(values: readonly Value[]): Promise<void> {
    if (this.#over) return;
    if (await this.#run("keep", values)) this.#end();
    else this.#wait(values);
  }

  async release(): Promise<void> {
    if (this.#over) return;
    this.#end();
    await this.#run("release", [this.#claimed.token]);
  }

  renew(): void {
    if (this.#waiting) void this.#again(this.#waiting);
    else {
      const { token, fingerprint, epoch } = this.#claimed;
      void this.#run("renew", [token, fingerprint, epoch, this.#parts.leaseMs]);
    }
  }

  #wait(values: readonly Value[]): void {
    const bytes = values.reduce<number>((sum, value) => sum + (Buffer.isBuffer(value) ? value.length : 0), 0);
    if (!this.#parts.insists || !this.#house.mayWait(bytes)) {
      this.#end();
      return;
    }
    this.waitingBytes = bytes;
    this.#waiting = { values, until: performance.now() + insistMs };
  }

  async #again({ values, until }: { readonly values: readonly Value[]; readonly until: number }): Promise<void> {
    if ((await this.#run("keep", values)) || performance.now() > until) this.#end();
  }

  async #run(script: "keep" | "release" | "renew", values: readonly Value[]): Promise<boolean> {
    try {
      await this.#parts.commands.run(script, this.#claimed.keys, ...values);
      return true;
    } catch {
      return false;
    }
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#house.over();
  }
}
