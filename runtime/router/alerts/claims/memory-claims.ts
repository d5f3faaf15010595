import { randomUUID } from "node:crypto";
import type { Claim, Claims } from "./claims.ts";

/** Of one process, and forgotten with it. */
export class MemoryClaims implements Claims {
  readonly place = randomUUID();
  readonly #claims = new Map<string, Claim & { readonly endsAt: number }>();

  async take(id: string, now: number): Promise<"mine" | Claim> {
    for (const [known, { endsAt }] of this.#claims) if (endsAt < now) this.#claims.delete(known);
    const there = this.#claims.get(id);
    if (there) return { state: there.state, at: there.at };
    this.#claims.set(id, { state: "sending", at: now, endsAt: Number.POSITIVE_INFINITY });
    return "mine";
  }

  async keep(): Promise<boolean> {
    return true;
  }

  async settle(id: string, claim: Claim, endsAt: number): Promise<void> {
    this.#claims.set(id, { ...claim, endsAt });
  }

  async release(id: string): Promise<void> {
    this.#claims.delete(id);
  }
}
