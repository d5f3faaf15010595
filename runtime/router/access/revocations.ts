import { hash } from "node:crypto";
import type { AccessState, StoredBackend } from "./state.ts";

/** What tells one provider's key from another without telling the key. */
export const fingerprintOf = (key: string): string => hash("sha256", `hybrid-llm provider key ${key}`);

/** Which backends may not be asked because somebody said so. Costs nothing while nobody did. */
export class Revocations {
  readonly #backends: ReadonlyMap<string, StoredBackend>;
  /** The key that was looked at last, so that it is hashed once. */
  readonly #seen = new Map<string, { readonly key: string; readonly fingerprint: string }>();

  constructor(state: Pick<AccessState, "backends">) {
    this.#backends = state.backends;
  }

  /**
   * Why a backend may not be asked with this key, undefined where it may. While it is revoked it may with none; after that
   * not with the one that was: another router's new key may be here before this one's.
   */
  why(name: string, key: string | undefined): string | undefined {
    const stored = this.#backends.get(name);
    if (stored === undefined) return undefined;
    const { revokedAt, revokedBy, fingerprint } = stored;
    if (revokedAt !== undefined) return `revoked by ${revokedBy} at ${new Date(revokedAt).toISOString()}`;
    if (fingerprint === undefined || key === undefined || this.#fingerprint(name, key) !== fingerprint)
      return undefined;
    return "its key was revoked, and the new one isn't here yet";
  }

  #fingerprint(name: string, key: string): string {
    const seen = this.#seen.get(name);
    if (seen?.key === key) return seen.fingerprint;
    const fingerprint = fingerprintOf(key);
    this.#seen.set(name, { key, fingerprint });
    return fingerprint;
  }
}
