import { hash, randomBytes } from "node:crypto";

/** An API key as it is given to its owner, once, and as a router keeps it. */
export interface IssuedKey {
  readonly id: string;
  /** `hl_<id>_<secret>`; 32 random bytes, so that a plain hash is enough: there is nothing to guess. */
  readonly key: string;
  /** SHA-256 of the whole key, hexadecimal. */
  readonly sha256: string;
}

/** Makes a new API key from the system's random source. */
export function issueKey(): IssuedKey {
  const id = randomBytes(6).toString("hex");
  const key = `hl_${id}_${randomBytes(32).toString("base64url")}`;
  return { id, key, sha256: hashKey(key) };
}

/** The hash under which a router knows a key. */
export function hashKey(key: string): string {
  return hash("sha256", key);
}
